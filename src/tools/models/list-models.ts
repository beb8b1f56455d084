import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { table } from '../../terminal/table.js';
import { KNOWN_MODELS } from './known-models.js';
import { megabytes } from './megabytes.js';

/** A table of the models that can be pulled, which also shows those that exist in `root`. */
export function listModels(root: string): string {
  const rows = KNOWN_MODELS.map(({ name, title, licence, files, manifest }) => {
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const { width, height } = manifest.input;
    const where = existsSync(join(root, name)) ? join(root, name) : '-';
    return [name, megabytes(bytes), `${width}x${height}`, licence, title, where];
  });
  const head = ['name', 'size', 'input', 'licence', 'what', 'here'];
  const lines = table([head, ...rows], (column) => column === 1);
  return [...lines, '', 'All models have the 1000 classes of ImageNet.'].join('\n');
}
