import type { NativeLibrary } from './bind-native.js';
import { loadKoffi } from './koffi.js';

// The part of libjpeg-turbo's TurboJPEG API that decoding needs. These are functions of TurboJPEG 2, which TurboJPEG
// 3 also has; both have the same soname.

const LIBRARY = 'libturbojpeg.so.0';
/** Order of the samples of a pixel. */
const TJPF_RGB = 0;
const TJPF_CMYK = 11;
const TJERR_WARNING = 0;
/** The slow, accurate DCT, which is the default of libjpeg and the DCT of Pillow. */
const TJFLAG_ACCURATEDCT = 4096;

export interface TurboJpeg {
  /**
   * Decodes a complete JPEG into `samples`: `height` rows of `width` pixels from the top, without gaps. An image that
   * libjpeg decodes with warnings counts as decoded.
   *
   * @param samples width * height * 3 bytes of "rgb" (grey and YCbCr JPEGs), or * 4 of "cmyk" (CMYK and YCCK JPEGs,
   * as stored)
   * @throws {Error} with libjpeg's message
   */
  decode(
    bytes: Uint8Array,
    samples: Uint8Array,
    size: { readonly width: number; readonly height: number },
    order: 'rgb' | 'cmyk',
  ): void;
}

/**
 * Opens the host's shared library.
 *
 * @returns undefined if the host has none
 * @throws {MissingPackageError}
 */
export function openTurboJpeg(
  load: (file: string) => NativeLibrary = loadKoffi().load,
): TurboJpeg | undefined {
  try {
    return bindTurboJpeg(load(LIBRARY));
  } catch {
    return undefined;
  }
}

function bindTurboJpeg(library: NativeLibrary): TurboJpeg {
  const create = library.func('void *tjInitDecompress()');
  const decompress = library.func(
    'int tjDecompress2(void *decompressor, const uint8_t *jpeg, unsigned long jpegBytes, uint8_t *samples, int width, int pitch, int height, int order, int flags)',
  );
  const errorCode = library.func('int tjGetErrorCode(void *decompressor)');
  const errorText = library.func('const char *tjGetErrorStr2(void *decompressor)');
  const destroy = library.func('int tjDestroy(void *decompressor)');
  return {
    decode(bytes, samples, { width, height }, order) {
      const channels = order === 'cmyk' ? 4 : 3;
      const pitch = width * channels;
      // The library writes exactly the size that it is told, whatever the file contains.
      if (samples.byteLength !== pitch * height) throw new Error('the samples have the wrong size');
      // A decompressor keeps its tables, and would use those of an earlier image for an image without tables.
      const decompressor = create();
      if (!decompressor) throw new Error('no memory for a decompressor');
      try {
        const pixels = [samples, width, pitch, height, order === 'cmyk' ? TJPF_CMYK : TJPF_RGB];
        const flags = TJFLAG_ACCURATEDCT;
        const status = decompress(decompressor, bytes, bytes.byteLength, ...pixels, flags);
        if (status !== 0 && errorCode(decompressor) !== TJERR_WARNING) {
          throw new Error(String(errorText(decompressor)));
        }
      } finally {
        destroy(decompressor);
      }
    },
  };
}
