import { UndecodableImageError } from './image-errors.js';
import type { Size } from './image-header.js';
import { type Box, boxesOf, FieldReader } from './iso-boxes.js';

/** A grid has up to 256 cells, and so has its alpha. */
const MAX_ITEMS = 1024;
const MAX_EXTENTS = 64;
/** Of all items together: most have one. */
const MAX_ALL_EXTENTS = 4096;
/** Of all items together: most have fewer than ten. */
const MAX_ASSOCIATIONS = 16_384;
const IN_FILE = 0;
const IN_IDAT = 1;

/** An item of an AVIF: an AV1 image, a grid of them, or metadata. */
export interface AvifItem {
  readonly type: string;
  readonly data: Buffer;
  /** From its properties. */
  readonly size: Size | undefined;
  /** Against the clock. */
  readonly quarterTurns: number;
  /** 0 exchanges top and bottom, 1 left and right; after the turns. */
  readonly mirror: number | undefined;
}

/**
 * Reads the items that a file's meta box describes (ISO/IEC 14496-12, 8.11; 23008-12, 6.5).
 *
 * @throws {UndecodableImageError}
 */
export function readAvifItems(
  file: Buffer,
  meta: Buffer,
): { readonly primary: AvifItem; readonly items: readonly AvifItem[] } {
  // After version and flags.
  const boxes = new Map([...boxesOf(meta.subarray(4))].map((box) => [box.type, box]));
  const types = readTypes(dataOf(boxes, 'iinf'));
  const locations = readLocations(dataOf(boxes, 'iloc'));
  const properties = readProperties(dataOf(boxes, 'iprp'));
  const idat = boxes.get('idat')?.data ?? Buffer.alloc(0);
  let total = 0;
  const items = new Map<number, AvifItem>();
  for (const [id, type] of types) {
    const extents = (locations.get(id) ?? []).map(({ source, start, length }) => {
      total += length;
      if (total > file.length) throw new UndecodableImageError('items that overlap');
      const from = source === IN_IDAT ? idat : file;
      if (start + length > from.length) throw new UndecodableImageError('an item that is cut off');
      return from.subarray(start, start + length);
    });
    items.set(id, { type, data: joined(extents), ...traitsOf(properties.get(id) ?? []) });
  }
  const pitm = new FieldReader(dataOf(boxes, 'pitm'));
  const primary = items.get(pitm.uint(pitm.versionAndFlags().version === 0 ? 2 : 4));
  if (!primary) throw new UndecodableImageError('no primary item');
  return { primary, items: [...items.values()] };
}

function joined(pieces: readonly Buffer[]): Buffer {
  const [first = Buffer.alloc(0), ...others] = pieces;
  return others.length === 0 ? first : Buffer.concat(pieces);
}

function dataOf(boxes: ReadonlyMap<string, Box>, type: string): Buffer {
  const box = boxes.get(type);
  if (!box) throw new UndecodableImageError(`no ${type} box`);
  return box.data;
}

/** The type of each item. */
function readTypes(iinf: Buffer): Map<number, string> {
  const { version } = new FieldReader(iinf).versionAndFlags();
  const types = new Map<number, string>();
  for (const { type, data } of boxesOf(iinf.subarray(version === 0 ? 6 : 8))) {
    if (type !== 'infe') continue;
    const fields = new FieldReader(data);
    const id = fields.uint(fields.versionAndFlags().version < 3 ? 2 : 4);
    // A protection index stands between.
    fields.uint(2);
    types.set(id, fields.text(4));
    if (types.size > MAX_ITEMS) throw new UndecodableImageError('too many items');
  }
  return types;
}

/** Where each item lies. */
function readLocations(iloc: Buffer) {
  const fields = new FieldReader(iloc);
  const { version } = fields.versionAndFlags();
  const [offsetAndLength, baseAndIndex] = [fields.uint(1), fields.uint(1)];
  const [offsetBytes, lengthBytes] = [offsetAndLength >> 4, offsetAndLength & 15];
  const [baseBytes, indexBytes] = [baseAndIndex >> 4, version === 0 ? 0 : baseAndIndex & 15];
  const count = fields.uint(version < 2 ? 2 : 4);
  const locations = new Map<number, { source: number; start: number; length: number }[]>();
  let total = 0;
  for (let i = 0; i < count; i++) {
    const id = fields.uint(version < 2 ? 2 : 4);
    const source = version === 0 ? IN_FILE : fields.uint(2) & 15;
    if (source > IN_IDAT) throw new UndecodableImageError('an item inside of an item');
    // A data reference index stands between.
    fields.uint(2);
    const base = fields.uint(baseBytes);
    const extents = fields.uint(2);
    total += extents;
    if (extents > MAX_EXTENTS || total > MAX_ALL_EXTENTS || i > MAX_ITEMS) {
      throw new UndecodableImageError('too many pieces');
    }
    locations.set(
      id,
      Array.from({ length: extents }, () => {
        fields.uint(indexBytes);
        const start = base + fields.uint(offsetBytes);
        return { source, start, length: fields.uint(lengthBytes) };
      }),
    );
  }
  return locations;
}

/** The properties of each item. */
function readProperties(iprp: Buffer): Map<number, Box[]> {
  const boxes = [...boxesOf(iprp)];
  const all = [...boxesOf(boxes.find(({ type }) => type === 'ipco')?.data ?? Buffer.alloc(0))];
  const properties = new Map<number, Box[]>();
  let total = 0;
  for (const { data } of boxes.filter(({ type }) => type === 'ipma')) {
    const fields = new FieldReader(data);
    const { version, flags } = fields.versionAndFlags();
    const [indexBytes, indexMask] = (flags & 1) === 1 ? [2, 0x7fff] : [1, 0x7f];
    const count = fields.uint(4);
    for (let i = 0; i < count && i < MAX_ITEMS; i++) {
      if (++total > MAX_ASSOCIATIONS) throw new UndecodableImageError('too many properties');
      const id = fields.uint(version < 1 ? 2 : 4);
      const own = properties.get(id) ?? [];
      properties.set(id, own);
      for (let left = fields.uint(1); left > 0; left--, total++) {
        const property = all[(fields.uint(indexBytes) & indexMask) - 1];
        if (property) own.push(property);
      }
    }
  }
  return properties;
}

function traitsOf(properties: readonly Box[]): Pick<AvifItem, 'size' | 'quarterTurns' | 'mirror'> {
  const fieldsOf = (type: string) => {
    const box = properties.find((property) => property.type === type);
    return box && new FieldReader(box.data);
  };
  const ispe = fieldsOf('ispe');
  ispe?.versionAndFlags();
  const imir = fieldsOf('imir');
  return {
    size: ispe && { width: ispe.uint(4), height: ispe.uint(4) },
    quarterTurns: (fieldsOf('irot')?.uint(1) ?? 0) & 3,
    mirror: imir && imir.uint(1) & 1,
  };
}
