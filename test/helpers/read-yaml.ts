import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';

/** The one document of a file, with no key twice. */
// biome-ignore lint/suspicious/noExplicitAny: what it holds is what the tests look at
export function readYaml(path: string): any {
  const document = parseDocument(readFileSync(path, 'utf8'), { strict: true, uniqueKeys: true });
  if (document.errors[0] ?? document.warnings[0]) {
    throw new Error(`${path}: ${document.errors[0] ?? document.warnings[0]}`);
  }
  return document.toJS();
}
