import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { cpuNodesOfProfile } from './cpu-nodes-of-profile.js';
import { createSession } from './create-session.js';
import { IMAGE } from '../graph/index.js';
import type { SessionSource } from '../provider.js';
import { sessionParts } from './session-parts.js';

/**
 * Names of the nodes that the CPU runs for a provider, as the runtime names them: it may have fused a model's own.
 *
 * Only a profile says where a node ran, and profiling costs each node time, so a session of its own runs a
 * batch of black images and is thrown away. What has its own session on the CPU does not count.
 *
 * @throws {Error} the runtime's, as `openSession`
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
