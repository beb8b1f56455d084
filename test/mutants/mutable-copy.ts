import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import type { Mutant } from './mutants.js';

const ROOT = process.cwd();
const COPIED = ['src/batcher', 'test/batcher', 'test/helpers'];

/** The batcher and its tests in a folder of their own, as JavaScript, so that the working tree is never touched. */
export class MutableCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'mutants-'));

  constructor() {
    for (const from of COPIED) for (const file of sourcesIn(from)) this.#write(file, read(file));
    writeFileSync(join(this.folder, 'package.json'), '{ "type": "module" }');
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** @throws if what is to be replaced is not there, or not exactly once */
  mutate({ name, file, from, to }: Mutant): void {
    const text = read(join('src/batcher', file));
    const { length } = text.split(from);
    if (length !== 2) throw new Error(`${name}: ${file} has ${length - 1} times ${from}`);
    this.#write(
      join('src/batcher', file),
      text.replace(from, () => to),
    );
  }

  restore({ file }: Mutant): void {
    this.#write(join('src/batcher', file), read(join('src/batcher', file)));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  #write(file: string, source: string): void {
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    const to = join(this.folder, file.replace(/ts$/, 'js'));
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, outputText);
  }
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Paths from the root of the project. */
export function sourcesIn(folder: string): string[] {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.ts')).map((file) => join(folder, file));
}
