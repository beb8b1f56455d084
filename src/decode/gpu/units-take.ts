import type { ImageInput } from '../../engine/index.js';
import type { ImageHeader } from '../header/image-header.js';
import { JpegMarker } from '../header/jpeg-marker.js';

const MIB = 1024 * 1024;

/** Limits of a batch: its images, and the device memory for them. Each thread has memory for one batch. */
export const UNIT_LIMITS = {
  images: 64,
  rasterBytes: 128 * MIB,
  pixelBytes: 16 * MIB,
} as const;

/** Sampling factors of luma that the units support, in T.81's notation: 4:4:4, 4:2:2, 4:2:0. */
const LUMA_SAMPLINGS = [0x11, 0x21, 0x22];
const CHROMA_SAMPLING = 0x11;
/** The component ids that JFIF gives to Y, Cb and Cr; other ids may mean RGB. */
const YCBCR = [1, 2, 3];
/** The end of a baseline scan's header: first and last coefficient, approximation. Some phones write zeros. */
const ALL_COEFFICIENTS = Buffer.of(0, 63, 0);
const APP14_ADOBE = 0xee;
const ADOBE_TRANSFORM_AT = 11;
const ADOBE_YCBCR = 1;

/**
 * Whether the GPU's JPEG units decode such an image as the native decoder would: it is a complete baseline YCbCr JPEG
 * with one scan, and fits into a batch. `header` is the result of the header walk over `image`, so all segments are
 * sound.
 */
export function unitsTake(image: Uint8Array, header: ImageHeader, input: ImageInput): boolean {
  const { format, colour, scans, width, height } = header;
  if (format !== 'jpeg' || colour !== 'rgb' || scans !== 1 || header.parts) return false;
  if (width * height * 3 > UNIT_LIMITS.rasterBytes) return false;
  if (input.width * input.height * 3 > UNIT_LIMITS.pixelBytes) return false;
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  return endsWithEoi(bytes) && isBaselineYcbcr(bytes);
}

/** The units do not report an image that ends early. */
function endsWithEoi(bytes: Buffer): boolean {
  return bytes.readUInt16BE(bytes.length - 2) === 0xff00 + JpegMarker.EOI;
}

function isBaselineYcbcr(bytes: Buffer): boolean {
  let isBaseline = false;
  for (const { marker, payload } of segmentsToScan(bytes)) {
    if (marker === JpegMarker.SOF0_BASELINE) isBaseline = hasUsualComponents(payload);
    else if (marker === APP14_ADOBE && isAdobe(payload)) {
      if (payload[ADOBE_TRANSFORM_AT] !== ADOBE_YCBCR) return false;
    } else if (marker === JpegMarker.SOS && !payload.subarray(-3).equals(ALL_COEFFICIENTS)) {
      return false;
    }
  }
  return isBaseline;
}

/** T.81 B.2.2: each component has an id, its sampling factors, and its table. */
function hasUsualComponents(frame: Buffer): boolean {
  const components = [0, 1, 2].map((i) => frame.subarray(6 + 3 * i, 9 + 3 * i));
  const [luma, ...chroma] = components.map(([, sampling]) => Number(sampling));
  return (
    components.every(([name], i) => name === YCBCR[i]) &&
    LUMA_SAMPLINGS.includes(Number(luma)) &&
    chroma.every((sampling) => sampling === CHROMA_SAMPLING)
  );
}

function isAdobe(payload: Buffer): boolean {
  return payload.length > ADOBE_TRANSFORM_AT && payload.toString('latin1', 0, 5) === 'Adobe';
}

function* segmentsToScan(bytes: Buffer) {
  for (let at = 2; at + 4 <= bytes.length; ) {
    // Fill bytes may precede a marker's code.
    while (bytes[at + 1] === 0xff) at++;
    const marker = Number(bytes[at + 1]);
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    yield { marker, payload: bytes.subarray(at + 4, end) };
    if (marker === JpegMarker.SOS) return;
    at = end;
  }
}
