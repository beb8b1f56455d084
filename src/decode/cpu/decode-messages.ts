import type { ImageInput } from '../../engine/index.js';
import type { ImageHeader } from '../header/image-header.js';
import type { DecoderName } from './load-raster-decoder.js';
import type { Colour } from './raster-decoder.js';

/** The data with which a decode thread starts. */
export interface DecodeWorkerData {
  readonly decoder: DecoderName;
  /** Laid under what is transparent; without it alpha is dropped. */
  readonly background?: Colour;
}

/** To the thread: decode `bytes` into `pixels`; both buffers are transferred. */
export interface DecodeJob {
  readonly bytes: Uint8Array;
  readonly header: ImageHeader;
  /** What the model requires. */
  readonly input: ImageInput;
  readonly pixels: Uint8Array;
}

/** From the thread: both buffers come back; the pixels are written unless the image could not be decoded. */
export interface DecodeReply {
  readonly bytes: Uint8Array;
  readonly pixels: Uint8Array;
  readonly outcome: 'decoded' | 'undecodable' | 'failed';
  /** For the log: the cause of a failure that is not the image's fault. */
  readonly message?: string;
}
