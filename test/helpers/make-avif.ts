/** Bits as text, from the highest on. */
function bits(value: number, count: number): string {
  return value.toString(2).padStart(count, '0').slice(-count);
}

function bytesOf(text: string): Buffer {
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, '0');
  return Buffer.from(padded.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
}

/** An open bitstream unit of AV1 with its size. */
export function unit(type: number, data: Uint8Array): Buffer {
  const size: number[] = [];
  for (let left = data.length; ; left >>= 7) {
    size.push((left & 127) | (left > 127 ? 128 : 0));
    if (left <= 127) break;
  }
  return Buffer.concat([Buffer.of((type << 3) | 2, ...size), data]);
}

export interface SequenceOptions {
  /** Of a still picture, all of whose frames have the size of the sequence. */
  readonly isReduced?: boolean;
  /** With timing, a decoder model, and two operating points. */
  readonly isLong?: boolean;
}

/** A sequence header up to the size of the largest frame; what follows is not read. */
export function sequenceHeader(
  width: number,
  height: number,
  { isReduced = true, isLong = false }: SequenceOptions = {},
): Buffer {
  const sideBits = (side: number) => Math.max(1, (side - 1).toString(2).length);
  const [widthBits, heightBits] = [sideBits(width), sideBits(height)];
  const timing =
    `1${bits(1, 32)}${bits(30, 32)}1` +
    // Ticks per picture: a number of three bits after two zeros and a one.
    `001${'11'}` +
    `1${bits(9, 5)}${bits(1, 32)}${bits(4, 5)}${bits(4, 5)}`;
  const point = (level: number) =>
    `${bits(0, 12)}${bits(level, 5)}${level > 7 ? '1' : ''}1${bits(7, 10)}${bits(7, 10)}01${bits(3, 4)}`;
  const long = `${timing}1${bits(1, 5)}${point(5)}${point(9)}`;
  const short = `0${'0'}${bits(0, 5)}${bits(0, 12)}${bits(4, 5)}`;
  const points = isLong ? long : short;
  const text = [
    ...[bits(0, 3), '1', isReduced ? '1' : '0', isReduced ? bits(4, 5) : points],
    ...[bits(widthBits - 1, 4), bits(heightBits - 1, 4)],
    ...[bits(width - 1, widthBits), bits(height - 1, heightBits), '0000000000'],
  ].join('');
  return unit(1, bytesOf(text));
}

function box(type: string, ...data: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(data);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

const fullBox = (type: string, version: number, ...data: readonly Uint8Array[]) =>
  box(type, Buffer.of(version, 0, 0, 0), ...data);

function uint(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

export interface AvifItemOptions {
  readonly type?: string;
  readonly data: Buffer;
  readonly width?: number;
  readonly height?: number;
  readonly quarterTurns?: number;
  readonly mirror?: number;
  /** How often its size is among its properties; by default once. */
  readonly sizes?: number;
  /** Of how many pieces it consists; all but the first are empty. */
  readonly extents?: number;
}

export interface AvifOptions {
  /** The first is the primary one. */
  readonly items: readonly AvifItemOptions[];
}

/** An AVIF with the boxes that a header walk reads. */
export function makeAvif({ items }: AvifOptions): Buffer {
  const properties: Buffer[] = [];
  const associations = items.map((item, i) => {
    const { width = 16, height = 12, quarterTurns, mirror, sizes = 1 } = item;
    const own = [
      fullBox('ispe', 0, uint(width, 4), uint(height, 4)),
      ...(quarterTurns === undefined ? [] : [box('irot', Buffer.of(quarterTurns))]),
      ...(mirror === undefined ? [] : [box('imir', Buffer.of(mirror))]),
    ];
    const indices = own.map((property) => properties.push(property));
    for (let i = 1; i < sizes; i++) indices.push(Number(indices[0]));
    return Buffer.concat([uint(i + 1, 2), Buffer.of(indices.length, ...indices)]);
  });
  const entries = items.map(({ type = 'av01' }, i) =>
    fullBox('infe', 2, uint(i + 1, 2), uint(0, 2), Buffer.from(`${type}\0`, 'latin1')),
  );
  const file = (dataAt: number) => {
    let at = dataAt;
    const locations = items.map(({ data, extents = 1 }, i) => {
      const first = [uint(at, 4), uint(data.length, 4)];
      const others = Buffer.alloc(8 * (extents - 1));
      at += data.length;
      return Buffer.concat([uint(i + 1, 2), uint(0, 2), uint(extents, 2), ...first, others]);
    });
    return Buffer.concat([
      box('ftyp', Buffer.from('avif\0\0\0\0mif1avif', 'latin1')),
      fullBox(
        'meta',
        0,
        fullBox('pitm', 0, uint(1, 2)),
        fullBox('iinf', 0, uint(items.length, 2), ...entries),
        fullBox('iloc', 0, Buffer.of(0x44, 0), uint(items.length, 2), ...locations),
        box(
          'iprp',
          box('ipco', ...properties),
          fullBox('ipma', 0, uint(items.length, 4), ...associations),
        ),
      ),
      box('mdat', ...items.map(({ data }) => data)),
    ]);
  };
  const dataBytes = items.reduce((sum, { data }) => sum + data.length, 0);
  return file(file(0).length - dataBytes);
}
