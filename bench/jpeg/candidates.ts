import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { loadKoffi } from '../../src/native/index.js';

/** Decodes a JPEG of `pixels` pixels to RGB. */
export type Decode = (bytes: Buffer, size: Size) => Uint8Array | Promise<Uint8Array>;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Flags of TurboJPEG. */
const FASTDCT = 2048;
const ACCURATEDCT = 4096;

interface CornerstoneDecoder {
  getEncodedBuffer(byteLength: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8Array;
}

/**
 * Ways to decode a JPEG in Node, by name. Packages that are not dependencies are loaded from `packages`, a folder in
 * which npm has installed them.
 */
export const CANDIDATES: Readonly<Record<string, (packages: string) => Promise<Decode>>> = {
  'libturbojpeg, accurate DCT': async () => sharedLibrary(ACCURATEDCT),
  'libturbojpeg, fast DCT': async () => sharedLibrary(FASTDCT),
  async '@julusian/jpeg-turbo'() {
    const { default: turbo } = await import('@julusian/jpeg-turbo');
    const room = Buffer.alloc(64 * 1024 * 1024);
    return (bytes, { width, height }) => {
      turbo.decompressSync(bytes, room, { format: turbo.FORMAT_RGB });
      return room.subarray(0, width * height * 3);
    };
  },
  async '@cornerstonejs/codec-libjpeg-turbo-8bit'(packages) {
    const create = from(packages)('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs');
    const codec = await (create as () => Promise<{ JPEGDecoder: new () => CornerstoneDecoder }>)();
    const decoder = new codec.JPEGDecoder();
    return (bytes) => {
      decoder.getEncodedBuffer(bytes.length).set(bytes);
      decoder.decode();
      return decoder.getDecodedBuffer();
    };
  },
  async '@cwasm/jpeg-turbo'(packages) {
    const codec = from(packages)('@cwasm/jpeg-turbo') as {
      decode(bytes: Buffer): { data: Uint8Array };
    };
    return (bytes) => withoutAlpha(codec.decode(bytes).data);
  },
  async '@napi-rs/image'() {
    const { Transformer } = await import('@napi-rs/image');
    return (bytes) => new Transformer(bytes).rawPixelsSync();
  },
  async sharp(packages) {
    const sharp = from(packages)('sharp') as ((
      bytes: Buffer,
      options: object,
    ) => { raw(): { toBuffer(): Promise<Buffer> } }) & { concurrency(threads: number): void };
    sharp.concurrency(1);
    return (bytes) => sharp(bytes, { failOn: 'none' }).raw().toBuffer();
  },
};

function sharedLibrary(flags: number): Decode {
  const library = loadKoffi().load('libturbojpeg.so.0');
  const decompressor = library.func('void *tjInitDecompress()')();
  const decompress = library.func(
    'int tjDecompress2(void *decompressor, const uint8_t *jpeg, unsigned long jpegBytes, uint8_t *samples, int width, int pitch, int height, int order, int flags)',
  );
  const room = Buffer.alloc(64 * 1024 * 1024);
  return (bytes, { width, height }) => {
    decompress(decompressor, bytes, bytes.length, room, width, 0, height, 0, flags);
    return room.subarray(0, width * height * 3);
  };
}

function from(packages: string): (name: string) => unknown {
  return createRequire(resolve(packages, 'package.json'));
}

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = Number(rgba[from]);
    rgb[to + 1] = Number(rgba[from + 1]);
    rgb[to + 2] = Number(rgba[from + 2]);
  }
  return rgb;
}
