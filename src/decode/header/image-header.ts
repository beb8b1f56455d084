/** EXIF orientation: how the stored raster must be turned to be upright; 1 is upright already. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** What the header walk learns of an image before any decoder sees it. */
export interface ImageHeader {
  readonly format: 'jpeg' | 'png';
  /** Pixels as stored, before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  readonly colour: 'grey' | 'rgb' | 'cmyk';
  /** Bits a sample: 8 for JPEG, 1 to 16 for PNG. */
  readonly bitDepth: number;
  /** Passes over the whole image that decoding takes: a progressive JPEG has several. */
  readonly scans: number;
}
