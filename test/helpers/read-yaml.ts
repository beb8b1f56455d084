import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';

/** The only document of a file; duplicate keys are errors. */
// biome-ignore lint/suspicious/noExplicitAny: the tests check the contents
export function readYaml(path: string): any {
  const document = parseDocument(readFileSync(path, 'utf8'), { strict: true, uniqueKeys: true });
  if (document.errors[0] ?? document.warnings[0]) {
    throw new Error(`${path}: ${document.errors[0] ?? document.warnings[0]}`);
  }
  return document.toJS();
}
