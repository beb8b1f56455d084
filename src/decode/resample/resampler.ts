import { kernelWasm } from './generated/kernel-wasm.js';
import { type Axis, type Taps, triangleTaps } from './taps.js';

interface Kernel {
  resampleRows(
    source: number,
    sourceStride: number,
    rowCount: number,
    first: number,
    weights: number,
    pairs: number,
    count: number,
    target: number,
  ): void;
  resampleColumns(
    source: number,
    rowBytes: number,
    first: number,
    weights: number,
    pairs: number,
    count: number,
    target: number,
  ): void;
}

const PAGE_BYTES = 65536;
/** The kernel reads and writes whole vectors, and may touch this many bytes past the end of a region. */
const SLACK_BYTES = 64;
/** If one huge image has grown the memory past this size, the memory is freed after that image. */
const KEEP_BYTES = 32 * 1024 * 1024;

const module = new WebAssembly.Module(Buffer.from(kernelWasm, 'base64'));

/**
 * Resizes and crops RGB rasters with an antialiased bilinear filter, in WebAssembly SIMD. A decoder writes
 * directly into `raster()`. It handles one image at a time, so each decode thread has its own resampler.
 */
export class Resampler {
  #memory = new WebAssembly.Memory({ initial: 1 });
  #kernel = instantiate(this.#memory);

  /** A buffer for a raster of `byteLength` bytes (rows from the top, RGB). Valid until the next call. */
  raster(byteLength: number): Uint8Array {
    if (this.#memory.buffer.byteLength > KEEP_BYTES) {
      this.#memory = new WebAssembly.Memory({ initial: 1 });
      this.#kernel = instantiate(this.#memory);
    }
    this.#reserve(byteLength);
    return new Uint8Array(this.#memory.buffer, 0, byteLength);
  }

  /**
   * Resizes the raster that was written last, x.from by y.from pixels. Each axis is rounded to bytes once, rows first.
   *
   * @returns x.count * y.count * 3 bytes; a view that is valid until the next call
   */
  resample(x: Axis, y: Axis): Uint8Array {
    const columns = triangleTaps(x);
    const rows = triangleTaps(y);
    const rowBytes = x.count * 3;
    const narrowRows = rows.end - rows.start;
    // The same for pixels: those past the end of the last row are read with weight zero.
    const readPixels = Math.max(...columns.first) + columns.pairs * 2 - x.from;
    const columnTaps = aligned((x.from * y.from + Math.max(0, readPixels)) * 3 + SLACK_BYTES);
    const rowTaps = columnTaps + tapsBytes(columns);
    const narrow = rowTaps + tapsBytes(rows);
    // The kernel reads rows in pairs; the last one may be past the last row, and then has weight zero.
    const readRows = Math.max(...rows.first) - rows.start + rows.pairs * 2;
    const target = narrow + aligned(Math.max(narrowRows, readRows) * rowBytes + SLACK_BYTES);
    const targetBytes = rowBytes * y.count;
    this.#reserve(target + targetBytes);
    this.#writeTaps(columnTaps, columns, 0, 3);
    this.#writeTaps(rowTaps, rows, rows.start, rowBytes);
    const sourceStride = x.from * 3;
    this.#kernel.resampleRows(
      rows.start * sourceStride,
      sourceStride,
      narrowRows,
      columnTaps,
      columnTaps + columns.first.byteLength,
      columns.pairs,
      x.count,
      narrow,
    );
    this.#kernel.resampleColumns(
      narrow,
      rowBytes,
      rowTaps,
      rowTaps + rows.first.byteLength,
      rows.pairs,
      y.count,
      target,
    );
    return new Uint8Array(this.#memory.buffer, target, targetBytes);
  }

  #reserve(byteLength: number): void {
    const missing = byteLength + SLACK_BYTES - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
  }

  /** Writes the taps at `at`: the byte offset of each first sample, then the weights. */
  #writeTaps(at: number, taps: Taps, start: number, sampleBytes: number): void {
    const offsets = new Uint32Array(this.#memory.buffer, at, taps.first.length);
    for (let i = 0; i < offsets.length; i++) {
      offsets[i] = (Number(taps.first[i]) - start) * sampleBytes;
    }
    new Int16Array(this.#memory.buffer, at + offsets.byteLength, taps.weights.length).set(
      taps.weights,
    );
  }
}

function instantiate(memory: WebAssembly.Memory): Kernel {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernel;
}

/** Rounds up to a multiple of 16, so that every region starts at a vector boundary. */
function aligned(byteLength: number): number {
  return (byteLength + 15) & ~15;
}

function tapsBytes(taps: Taps): number {
  return aligned(taps.first.byteLength + taps.weights.byteLength);
}
