import { readdirSync, readFileSync } from 'node:fs';

/** A page of the project, with its path from the root. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

export interface Block {
  /** The word after the opening fence; empty if there is none. */
  readonly language: string;
  readonly code: string;
}

/** The folders that have pages; those in the first are not looked for deeper. */
const FLAT = ['.', 'bench', 'images', 'models/demo', 'bench/results'];
const FENCE = /^( *)```(\w*)\n([\s\S]*?)\n\1```$/gm;

/** Every page of the project in Markdown. */
export function markdownPages(): Page[] {
  const flat = FLAT.flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`));
  const docs = readdirSync('docs', { recursive: true, encoding: 'utf8' });
  return [...flat, ...docs.map((name) => `docs/${name}`)]
    .filter((path) => path.endsWith('.md'))
    .map((path) => path.replace(/^\.\//, ''))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

/** The fenced blocks of a page, without the indentation of a list. */
export function blocksOf({ text }: Page): Block[] {
  return [...text.matchAll(FENCE)].map(([, indent = '', language = '', code = '']) => ({
    language,
    code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}

/** The page without its fenced blocks. */
export function proseOf({ text }: Page): string {
  return text.replaceAll(FENCE, '');
}
