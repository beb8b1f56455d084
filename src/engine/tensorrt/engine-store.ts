import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  type EngineFacts,
  type EngineRecord,
  engineFolderName,
  engineRecord,
  whyNot,
} from './engine-facts.js';

const RECORD = 'engine.json';
/** The runtime executes an engine as code, so a user who can write an engine can run any program here. */
const OTHERS_WRITE = 0o022;

/** An engine on disk: the EPContext model that the runtime opens by path, and what the engine was built from. */
export interface StoredEngine {
  readonly folder: string;
  readonly contextPath: string;
  readonly record: EngineRecord;
}

/** The engines in a model's folder, one subfolder each. */
export class EngineStore {
  readonly #root: string;

  constructor(modelFolder: string) {
    this.#root = join(modelFolder, 'engines');
  }

  /**
   * The engine that fits `want`, with the smallest profile if several do; otherwise the reasons why the existing
   * engines do not fit, one sentence each.
   */
  async find(want: EngineFacts): Promise<StoredEngine | string[]> {
    const reasons: string[] = [];
    let best: StoredEngine | undefined;
    for (const name of (await list(this.#root)).filter((name) => !name.startsWith('.'))) {
      const engine = await this.#read(name);
      const reason = typeof engine === 'string' ? engine : whyNot(engine.record, want);
      if (reason !== undefined) reasons.push(`engine ${name} does not fit: ${reason}`);
      else if (
        typeof engine !== 'string' &&
        !(Number(best?.record.maxBatchSize) <= engine.record.maxBatchSize)
      )
        best = engine;
    }
    return best ?? reasons;
  }

  /**
   * Lets `build` fill an empty folder and stores it under the engine's name, complete or not at all.
   *
   * @param build returns the file names of the engine and of its EPContext model in the folder
   */
  async add(
    facts: EngineFacts,
    build: (folder: string) => Promise<{ engineFile: string; contextFile: string }>,
  ): Promise<StoredEngine> {
    const startedMs = performance.now();
    const name = engineFolderName(facts);
    const [unfinished, folder] = [
      join(this.#root, `.${name}.${process.pid}`),
      join(this.#root, name),
    ];
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true, mode: 0o755 });
    try {
      const { engineFile, contextFile } = await build(unfinished);
      const record: EngineRecord = {
        ...facts,
        builtAt: new Date().toISOString(),
        buildSeconds: Math.round((performance.now() - startedMs) / 100) / 10,
        engineFile,
        engineSha256: await sha256OfFile(join(unfinished, engineFile)),
        contextFile,
        contextSha256: await sha256OfFile(join(unfinished, contextFile)),
      };
      await writeFile(join(unfinished, RECORD), `${JSON.stringify(record, null, 2)}\n`);
      for (const file of [RECORD, engineFile, contextFile]) {
        await chmod(join(unfinished, file), 0o644);
      }
      await rm(folder, { recursive: true, force: true });
      await rename(unfinished, folder);
      return { folder, contextPath: join(folder, contextFile), record };
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }

  /** @returns a string that says why, if it is not a complete engine */
  async #read(name: string): Promise<StoredEngine | string> {
    const folder = join(this.#root, name);
    try {
      const record = engineRecord.parse(JSON.parse(await readFile(join(folder, RECORD), 'utf8')));
      for (const [file, sha256] of [
        [record.engineFile, record.engineSha256],
        [record.contextFile, record.contextSha256],
      ] as const) {
        if (file !== basename(file))
          return `its engine.json names ${file}, which is not in its folder`;
        if ((await sha256OfFile(join(folder, file))) !== sha256) {
          return `${file} is not the file that was built`;
        }
      }
      for (const path of ['', RECORD, record.engineFile, record.contextFile]) {
        const { mode } = await stat(join(folder, path));
        if (mode & OTHERS_WRITE) return `${path || 'its folder'} can be written by other users`;
      }
      return { folder, contextPath: join(folder, record.contextFile), record };
    } catch {
      return 'it is incomplete, or its engine.json cannot be read';
    }
  }
}

async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch {
    return [];
  }
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
