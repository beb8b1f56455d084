import { readFileSync } from 'node:fs';

/** The ids of the serving processes of a program that runs; Linux alone tells. */
export function servingPids({ pid }: { readonly pid?: number | undefined }): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}
