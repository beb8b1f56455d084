/** A record of RFC 4180, with its line end. Cells with a comma, a quotation mark or a line end are quoted. */
export function csvRecord(cells: readonly string[]): string {
  const quoted = cells.map((cell) =>
    /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
  );
  return `${quoted.join(',')}\n`;
}

/** The first cell of a record, and what follows the comma after it. */
export function firstCell(record: string): [cell: string, rest: string] {
  const [whole, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^,]*))(?:,|\n|$)/.exec(record) ?? [''];
  return [quoted?.replaceAll('""', '"') ?? plain ?? '', record.slice(whole.length)];
}
