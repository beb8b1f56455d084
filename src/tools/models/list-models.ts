import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KNOWN_MODELS } from './known-models.js';
import { megabytes } from './megabytes.js';

/** A table of the models that can be pulled, and of which lie in `root`. */
export function listModels(root: string): string {
  const rows = KNOWN_MODELS.map(({ name, title, licence, files, manifest }) => {
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const { width, height } = manifest.input;
    const where = existsSync(join(root, name)) ? join(root, name) : '-';
    return [name, megabytes(bytes), `${width}x${height}`, licence, title, where];
  });
  const table = [['name', 'size', 'input', 'licence', 'what', 'here'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...table.map((row) => Number(row[column]?.length))),
  );
  const lines = table.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 1 ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  return [...lines, '', 'All have the 1000 classes of ImageNet.'].join('\n');
}
