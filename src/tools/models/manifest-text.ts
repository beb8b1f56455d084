import type { ModelManifest } from '../../engine/index.js';

/** A model.json as a person would write it: numbers that belong together on one line. */
export function manifestText(manifest: ModelManifest): string {
  return JSON.stringify(manifest, null, 2)
    .replace(/\[\s+([^[\]]*?)\s+\]/g, (_, inside: string) => `[${oneLine(inside)}]`)
    .replace(/\{\s+("shortest": \d+)\s+\}/, '{ $1 }');
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
