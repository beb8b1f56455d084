import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DecodePool, readImageHeader } from '../decode/index.js';
import type { Model } from '../engine/index.js';
import { usableCores } from '../threads/index.js';

const MAX_PIXELS = 100e6;

/** Decodes all JPEGs and PNGs of a folder as the server would, in the order of their names. */
export async function decodeFolder(folder: string, model: Model): Promise<Uint8Array[]> {
  const files = readdirSync(folder)
    .filter((name) => /\.(jpe?g|png)$/i.test(name))
    .sort();
  const input = model.manifest.input;
  const pool = new DecodePool(usableCores(), { decoder: 'native' });
  try {
    const images = await Promise.all(
      files.map((name) => {
        // Copied because small files may share a buffer, and decoding transfers the whole buffer.
        const bytes = Buffer.from(new Uint8Array(readFileSync(join(folder, name))).buffer);
        const header = readImageHeader(bytes, { maxPixels: MAX_PIXELS });
        return pool.decode(bytes, header, input, () => true);
      }),
    );
    return images.filter((pixels) => pixels !== undefined);
  } finally {
    await pool.close();
  }
}
