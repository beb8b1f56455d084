export type { DecoderName } from './cpu/load-raster-decoder.js';
export { DecodePool, type DecodePoolOptions } from './decode-pool.js';
export { GpuLane } from './gpu/gpu-lane.js';
export { GPU_THREADS, openGpuDecoder } from './gpu/open-gpu-decoder.js';
export { UNIT_LIMITS } from './gpu/units-take.js';
export {
  FormatNotAcceptedError,
  ImageTooComplexError,
  ImageTooLargeError,
  UndecodableImageError,
} from './header/image-errors.js';
export { DEFAULT_FORMATS, IMAGE_FORMATS, type ImageFormat } from './header/image-format.js';
export type { ImageHeader } from './header/image-header.js';
export { type HeaderLimits, readImageHeader, walkImageHeader } from './header/read-image-header.js';
export { type Walk, walkInTurns } from './header/walk.js';
export { DECODER_CHOICES, DecoderRefusedError, openDecodePool } from './open-decode-pool.js';
export { SpareBuffers } from './spare-buffers.js';
