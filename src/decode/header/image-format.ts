/** Image formats that the server can decode. */
export const IMAGE_FORMATS = ['jpeg', 'png', 'webp', 'gif', 'bmp', 'avif', 'tiff'] as const;

export type ImageFormat = (typeof IMAGE_FORMATS)[number];

/** Those that are accepted unless the configuration says otherwise. */
export const DEFAULT_FORMATS: readonly ImageFormat[] = ['jpeg', 'png', 'webp', 'gif', 'bmp'];

/** How each format but JPEG begins; `?` stands for any byte. */
const SIGNATURES: readonly (readonly [ImageFormat, string])[] = [
  ['png', '\x89PNG\r\n\x1a\n'],
  ['gif', 'GIF87a'],
  ['gif', 'GIF89a'],
  ['webp', 'RIFF????WEBP'],
  ['avif', '????ftypavif'],
  ['tiff', 'II*\0'],
  ['tiff', 'MM\0*'],
  ['bmp', 'BM'],
];

/** The format that the bytes begin as; what is none of the others is taken for a JPEG, and refused if it is none. */
export function formatOf(bytes: Buffer): ImageFormat {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'jpeg';
  const start = bytes.toString('latin1', 0, 12);
  const found = SIGNATURES.find(
    ([, signature]) =>
      start.length >= signature.length &&
      [...signature].every((character, i) => character === '?' || character === start[i]),
  );
  return found?.[0] ?? 'jpeg';
}
