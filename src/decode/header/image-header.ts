import type { FilePart } from './file-parts.js';
import type { ImageFormat } from './image-format.js';

/** EXIF orientation: how to turn the stored raster upright; 1 means that it is upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What the header walk finds out about an image before any decoder sees it. */
export interface ImageHeader {
  readonly format: ImageFormat;
  /** Pixels as stored, before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  readonly colour: 'grey' | 'rgb' | 'cmyk';
  /** Bits per sample: 1 to 16 for PNG and TIFF, else 8. */
  readonly bitDepth: number;
  /** Number of passes over the whole image that decoding needs; a progressive JPEG has several. */
  readonly scans: number;
  /** What decoders get, in this order; without it they get the file as it is. */
  readonly parts?: readonly FilePart[];
  /**
   * Whether the walk ended where the scan of a JPEG begins that should be its only one. The thread that decodes it walks
   * the rest (`completeHeader`).
   */
  readonly endsAtScan?: boolean;
}
