import { bindNative, type NativeLibrary } from './bind-native.js';
import { loadKoffi } from './koffi.js';

// The part of nvJPEG that the GPU's JPEG units need. The library is part of CUDA 13 and needs only the driver.

const LIBRARY = 'libnvjpeg.so.13';
const NVJPEG_BACKEND_HARDWARE = 3;
const NVJPEG_OUTPUT_RGBI = 5;
/**
 * With this flag chroma is repeated. nvJPEG can interpolate it, as libjpeg does, but then works on the CPU: on an
 * H200 one thread dropped from 11,200 to 2,600 photos/s, and the pixels were no closer to the native decoder's.
 */
const NVJPEG_FLAGS_DEFAULT = 0;
/** Number of words in nvjpegImage_t: four pointers and four pitches. */
const IMAGE_WORDS = 8;
const MAX_COMPONENTS = 4;

/** nvJPEG refused a call; the GPU itself may be fine. */
export class NvjpegError extends Error {
  override readonly name = 'NvjpegError';
  constructor(call: string, status: number) {
    super(`${call}: ${STATUS[status] ?? status}`);
  }
}

const STATUS = [
  'SUCCESS',
  'NOT_INITIALIZED',
  'INVALID_PARAMETER',
  'BAD_JPEG',
  'JPEG_NOT_SUPPORTED',
  'ALLOCATOR_FAILURE',
  'EXECUTION_FAILED',
  'ARCH_MISMATCH',
  'INTERNAL_ERROR',
  'IMPLEMENTATION_NOT_SUPPORTED',
  'INCOMPLETE_BITSTREAM',
];

/** One image of a batch, and the device address of its raster: rows from the top, RGB, without gaps. */
export interface UnitImage {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly raster: bigint;
}

/** The JPEG units of one device, as used by one thread. */
export interface JpegUnits {
  /**
   * The dimensions that the units will write. Callers must not guess them.
   *
   * @throws {NvjpegError}
   */
  sizeOf(bytes: Uint8Array): { readonly width: number; readonly height: number };
  /**
   * Adds the decoding of a batch to the stream. If one image is refused, the whole batch is.
   *
   * @throws {NvjpegError}
   */
  decode(images: readonly UnitImage[], stream: bigint): void;
}

/**
 * Opens the units of this thread's current device.
 *
 * @throws {NvjpegError} the GPU has none
 * @throws {Error} the library cannot be opened
 * @throws {MissingPackageError}
 */
export function openJpegUnits(library: NativeLibrary = loadLibrary()): JpegUnits {
  const { address } = loadKoffi();
  const bind = (declaration: string) =>
    bindNative(library, declaration, (call, status) => new NvjpegError(call, status));

  const createHandle = bind(
    'int nvjpegCreateEx(int backend, void *device, void *pinned, unsigned int flags, _Out_ uint64_t *handle)',
  );
  const createState = bind('int nvjpegJpegStateCreate(uint64_t handle, _Out_ uint64_t *state)');
  const destroyState = bind('int nvjpegJpegStateDestroy(uint64_t state)');
  const initialize = bind(
    'int nvjpegDecodeBatchedInitialize(uint64_t handle, uint64_t state, int batch, int threads, int format)',
  );
  const imageInfo = bind(
    'int nvjpegGetImageInfo(uint64_t handle, const uint8_t *data, size_t length, _Out_ int *components, _Out_ int *sampling, int32_t *widths, int32_t *heights)',
  );
  const decodeBatched = bind(
    'int nvjpegDecodeBatched(uint64_t handle, uint64_t state, const uint64_t *data, const uint64_t *lengths, const uint64_t *images, uint64_t stream)',
  );

  function createObject(create: (out: unknown[]) => void): number {
    const out = [0];
    create(out);
    return Number(out[0]);
  }

  const handle = createObject((out) =>
    createHandle(NVJPEG_BACKEND_HARDWARE, null, null, NVJPEG_FLAGS_DEFAULT, out),
  );
  let state = createObject((out) => createState(handle, out));
  let batchSize = 0;
  const widths = new Int32Array(MAX_COMPONENTS);
  const heights = new Int32Array(MAX_COMPONENTS);

  function submit(images: readonly UnitImage[], stream: bigint): void {
    const count = images.length;
    if (count !== batchSize) initialize(handle, state, count, 1, NVJPEG_OUTPUT_RGBI);
    batchSize = count;
    const data = new BigUint64Array(count);
    const lengths = new BigUint64Array(count);
    const targets = new BigUint64Array(count * IMAGE_WORDS);
    images.forEach(({ bytes, width, raster }, i) => {
      data[i] = address(bytes);
      lengths[i] = BigInt(bytes.byteLength);
      targets[i * IMAGE_WORDS] = raster;
      targets[i * IMAGE_WORDS + MAX_COMPONENTS] = BigInt(width * 3);
    });
    decodeBatched(handle, state, data, lengths, targets, stream);
  }

  return {
    sizeOf(bytes) {
      imageInfo(handle, bytes, bytes.byteLength, [0], [0], widths, heights);
      return { width: Number(widths[0]), height: Number(heights[0]) };
    },
    decode(images, stream) {
      try {
        submit(images, stream);
      } catch (error) {
        // The state of nvJPEG after a refused batch is not documented.
        batchSize = 0;
        destroyState(state);
        state = createObject((out) => createState(handle, out));
        throw error;
      }
    },
  };
}

function loadLibrary(): NativeLibrary {
  const koffi = loadKoffi();
  try {
    return koffi.load(LIBRARY);
  } catch (cause) {
    throw new Error(`${LIBRARY}, a part of CUDA 13, cannot be opened`, { cause });
  }
}
