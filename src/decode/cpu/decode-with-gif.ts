import { readGifFrame } from '../header/read-gif-header.js';
import { decodeLzw } from './decode-lzw.js';
import type { RasterDecoder } from './raster-decoder.js';

const COLOURS = 256;
/** Where each pass over an interlaced frame begins, and by how many rows it steps. */
const PASSES = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const;

/** The first frame of a GIF. What it leaves of the canvas has its transparent colour or else its first, as in Pillow. */
export const decodeWithGif: RasterDecoder = (bytes, header, raster, background) => {
  const frame = readGifFrame(bytes);
  const { left, top, width, height, transparent } = frame;
  const indices = new Uint8Array(width * height);
  decodeLzw(bytes, frame.dataAt, frame.codeBits, indices);
  const palette = paletteOf(bytes, frame.colours);
  if (background && transparent !== undefined) palette.set(background, transparent * 3);
  if (width !== header.width || height !== header.height) {
    const outside = palette.subarray(Number(transparent ?? 0) * 3).subarray(0, 3);
    for (let at = 0; at < raster.length; at += 3) raster.set(outside, at);
  }
  const rows = frame.isInterlaced ? interlacedRows(height) : undefined;
  for (let row = 0, from = 0; row < height; row++) {
    let to = ((top + (rows?.[row] ?? row)) * header.width + left) * 3;
    for (let column = 0; column < width; column++) {
      const at = Number(indices[from++]) * 3;
      raster[to++] = Number(palette[at]);
      raster[to++] = Number(palette[at + 1]);
      raster[to++] = Number(palette[at + 2]);
    }
  }
};

/** Red, green and blue of 256 colours; without a table, shades of grey. */
function paletteOf(bytes: Buffer, colours: ReturnType<typeof readGifFrame>['colours']): Uint8Array {
  const palette = new Uint8Array(COLOURS * 3);
  if (colours) palette.set(bytes.subarray(colours.start, colours.end));
  else for (let i = 0; i < palette.length; i++) palette[i] = Math.floor(i / 3);
  return palette;
}

/** The row of the picture that each row of the data is. */
function interlacedRows(height: number): number[] {
  return PASSES.flatMap(([start, step]) => {
    const count = Math.max(0, Math.ceil((height - start) / step));
    return Array.from({ length: count }, (_, i) => start + i * step);
  });
}
