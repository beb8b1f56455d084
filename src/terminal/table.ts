/**
 * The lines of a table for people.
 *
 * @param isNumber whether a column is right-aligned; by default all columns but the first are
 */
export function table(
  rows: readonly (readonly string[])[],
  isNumber = (column: number) => column > 0,
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, i) => (isNumber(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
