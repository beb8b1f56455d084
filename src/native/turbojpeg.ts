import koffi from 'koffi';
import type { NativeLibrary } from './bind-native.js';

// As much of libjpeg-turbo's TurboJPEG API as decoding takes. These functions are those of TurboJPEG 2, which
// TurboJPEG 3 has as well; both have the same soname.

const LIBRARY = 'libturbojpeg.so.0';
/** Order of the samples of a pixel. */
const TJPF_RGB = 0;
const TJPF_CMYK = 11;
const TJERR_WARNING = 0;
/** The slow, accurate DCT, which is the default of libjpeg and the DCT of Pillow. */
const TJFLAG_ACCURATEDCT = 4096;

export interface TurboJpeg {
  /**
   * Decodes a whole JPEG into `samples`: `height` rows from the top of `width` pixels, without gaps. A picture that is
   * there in spite of libjpeg's warnings counts as decoded.
   *
   * @param samples width * height * 3 bytes of "rgb" (grey and YCbCr JPEGs), or * 4 of "cmyk" (CMYK and YCCK JPEGs, as
   *   stored)
   * @throws {Error} libjpeg's message
   */
  decode(
    bytes: Uint8Array,
    samples: Uint8Array,
    size: { readonly width: number; readonly height: number },
    order: 'rgb' | 'cmyk',
  ): void;
}

/**
 * Opens the shared library of this host.
 *
 * @returns undefined where there is none
 */
export function openTurboJpeg(
  load: (file: string) => NativeLibrary = koffi.load,
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
      // The library is told a size and writes no more than that, whatever it finds in the file.
      if (samples.byteLength !== pitch * height) throw new Error('samples of a wrong size');
      // A decompressor keeps its tables, and would decode an image that has none with those of the image before.
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
