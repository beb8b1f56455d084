import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { IMAGE } from '../graph/index.js';
import type { SessionSource } from '../provider.js';
import { cpuNodesOfProfile } from './cpu-nodes-of-profile.js';
import { createSession } from './create-session.js';
import { sessionParts } from './session-parts.js';

/**
 * Names of the nodes that the CPU runs for a provider. The runtime may have fused the model's own nodes, so these are
 * the runtime's names.
 *
 * Only a profile shows where a node ran, and profiling slows down every node. So a separate session runs one batch of
 * black images and is discarded. A part that has its own CPU session does not count.
 *
 * @throws {Error} from the runtime, as `openSession`
 */
export async function findCpuNodes(
  source: SessionSource,
  width: number,
  height: number,
  batchSize = 1,
): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'batch-dispatch-'));
  try {
    const session = await createSession(sessionParts(source)[0] ?? source, {
      enableProfiling: true,
      profileFilePrefix: join(folder, 'profile'),
    });
    try {
      const black = new Uint8Array(batchSize * height * width * 3);
      await session.run({ [IMAGE]: new Tensor('uint8', black, [batchSize, height, width, 3]) });
      session.endProfiling();
    } finally {
      await session.release();
    }
    const [file] = await readdir(folder);
    if (file === undefined) throw new Error('the runtime wrote no profile');
    return cpuNodesOfProfile(await readFile(join(folder, file), 'utf8'));
  } finally {
    await rm(folder, { recursive: true });
  }
}
