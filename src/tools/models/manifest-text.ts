/** A model.json in readable form: numbers that belong together are on one line. */
export function manifestText(manifest: object): string {
  return JSON.stringify(manifest, null, 2)
    .replace(/\[\s+([^[\]]*?)\s+\]/g, (_, inside: string) => `[${oneLine(inside)}]`)
    .replace(
      /\{\s+("(?:shortest|width)": \d+(?:,\s+"height": \d+)?)\s+\}/g,
      (_, inside: string) => `{ ${oneLine(inside)} }`,
    );
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
