import type { ModelManifest } from '../../engine/index.js';

/** A model.json in readable form: numbers that belong together are on one line. */
export function manifestText(manifest: ModelManifest): string {
  return JSON.stringify(manifest, null, 2)
    .replace(/\[\s+([^[\]]*?)\s+\]/g, (_, inside: string) => `[${oneLine(inside)}]`)
    .replace(/\{\s+("shortest": \d+)\s+\}/, '{ $1 }');
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
