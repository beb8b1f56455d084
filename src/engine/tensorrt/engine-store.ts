import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type EngineFacts,
  type EngineRecord,
  engineFolderName,
  engineRecord,
  whyNot,
} from './engine-facts.js';

const RECORD = 'engine.json';

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
    await mkdir(unfinished, { recursive: true });
    try {
      const { engineFile, contextFile } = await build(unfinished);
      const record: EngineRecord = {
        ...facts,
        builtAt: new Date().toISOString(),
        buildSeconds: Math.round((performance.now() - startedMs) / 100) / 10,
        engineFile,
        engineBytes: (await stat(join(unfinished, engineFile))).size,
        contextFile,
      };
      await writeFile(join(unfinished, RECORD), `${JSON.stringify(record, null, 2)}\n`);
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
      const { size } = await stat(join(folder, record.engineFile));
      if (size !== record.engineBytes) {
        return `its file has ${size} bytes instead of the ${record.engineBytes} that were built`;
      }
      await stat(join(folder, record.contextFile));
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
