export interface GifOptions {
  /** Width and height. */
  readonly screen: readonly [number, number];
  /** Left, top, width and height. */
  readonly frame: readonly [number, number, number, number];
  /** Red, green and blue of 2, 4, 8 and so on up to 256 colours; without them the GIF has no table. */
  readonly colours?: readonly number[];
  /** Row by row from the top, whether they are stored interlaced or not. */
  readonly indices: readonly number[];
  readonly isInterlaced?: boolean;
  readonly transparent?: number;
}

/** A GIF of one frame. Its codes grow and are cleared as those of an encoder, though no sequence is found again. */
export function makeGif(options: GifOptions): Buffer {
  const { screen, frame, colours, indices, isInterlaced = false, transparent } = options;
  const size = colours ? Math.log2(colours.length / 3) - 1 : 0;
  const control = transparent === undefined ? [] : [0x21, 0xf9, 4, 1, 0, 0, transparent, 0];
  return Buffer.from([
    ...Buffer.from('GIF89a', 'latin1'),
    ...screen.flatMap(uint16),
    ...[colours ? 0x80 + size : 0, 0, 0],
    ...(colours ?? []),
    ...control,
    ...[0x2c, ...frame.flatMap(uint16), isInterlaced ? 0x40 : 0, 8],
    ...blocks(literals(isInterlaced ? interlaced(indices, frame[2]) : indices)),
    0x3b,
  ]);
}

function uint16(value: number): number[] {
  return [value & 255, value >> 8];
}

/** Codes of one index each, of 9 bits and more while the decoder's table grows. */
function literals(indices: readonly number[]): number[] {
  const bytes: number[] = [];
  let [held, heldBits, bits, next] = [0, 0, 9, 258];
  const write = (code: number) => {
    held |= code << heldBits;
    for (heldBits += bits; heldBits >= 8; heldBits -= 8, held >>= 8) bytes.push(held & 255);
  };
  write(256);
  for (const [i, index] of indices.entries()) {
    write(index);
    if (i > 0 && next < 4096 && ++next === 1 << bits && bits < 12) bits++;
    if (i % 5000 === 4999) {
      write(256);
      [bits, next] = [9, 257];
    }
  }
  write(257);
  if (heldBits > 0) bytes.push(held & 255);
  return bytes;
}

function blocks(bytes: readonly number[]): number[] {
  const all: number[] = [];
  for (let at = 0; at < bytes.length; at += 255) {
    const block = bytes.slice(at, at + 255);
    all.push(block.length, ...block);
  }
  return [...all, 0];
}

function interlaced(indices: readonly number[], width: number): number[] {
  const height = indices.length / width;
  const rows = Array.from({ length: height }, (_, row) => row);
  const order = [
    ...rows.filter((row) => row % 8 === 0),
    ...rows.filter((row) => row % 8 === 4),
    ...rows.filter((row) => row % 4 === 2),
    ...rows.filter((row) => row % 2 === 1),
  ];
  return order.flatMap((row) => indices.slice(row * width, (row + 1) * width));
}
