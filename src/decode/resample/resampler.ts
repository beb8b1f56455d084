import type { Filter } from './filters.js';
import { kernelWasm } from './generated/kernel-wasm.js';
import { type Axis, filterTaps, type Taps } from './taps.js';

/** Where taps lie in the memory: first samples, weights; then how many pairs there are. */
type KernelTaps = readonly [first: number, weights: number, pairs: number];

interface Kernel {
  resampleRows(
    ...args: [
      source: number,
      sourceStride: number,
      rowCount: number,
      ...taps: KernelTaps,
      count: number,
      target: number,
    ]
  ): void;
  resampleColumns(
    ...args: [
      source: number,
      sourceStride: number,
      rowBytes: number,
      ...taps: KernelTaps,
      count: number,
      target: number,
    ]
  ): void;
}

export interface ResampleOptions {
  readonly filter: Filter;
  /** Which axis is resized first. It decides roundings, and what is cut off between the passes. */
  readonly firstAxis: 'x' | 'y';
}

const PAGE_BYTES = 65536;
/** The kernel reads and writes whole vectors, and may touch this many bytes past the end of a region. */
const SLACK_BYTES = 64;

const module = new WebAssembly.Module(Buffer.from(kernelWasm, 'base64'));

/**
 * Resizes and crops RGB rasters as Pillow does, in WebAssembly SIMD. A decoder writes
 * directly into `raster()`. It handles one image at a time, so each decode thread has its own resampler.
 */
export class Resampler {
  #memory = new WebAssembly.Memory({ initial: 1 });
  #kernel = instantiate(this.#memory);

  /** A buffer for a raster of `byteLength` bytes (rows from the top, RGB). Valid until the next call. */
  raster(byteLength: number): Uint8Array {
    this.#reserve(byteLength);
    return new Uint8Array(this.#memory.buffer, 0, byteLength);
  }

  /** Lets go of its memory, which otherwise stays as large as the largest image has needed. */
  free(): void {
    this.#memory = new WebAssembly.Memory({ initial: 1 });
    this.#kernel = instantiate(this.#memory);
  }

  /**
   * Resizes the raster that was written last, x.from by y.from pixels: one axis after the other, each rounded to bytes. Of the
   * raster only those rows and columns are read that the wanted pixels need.
   *
   * @returns x.count * y.count * 3 bytes; a view that is valid until the next call
   */
  resample(x: Axis, y: Axis, { filter, firstAxis }: ResampleOptions): Uint8Array {
    const columns = filterTaps(x, filter);
    const rows = filterTaps(y, filter);
    const stride = x.from * 3;
    const rowBytes = x.count * 3;
    const isRowsFirst = firstAxis === 'x';
    // The raster with one axis resized.
    const middleBytes = isRowsFirst ? rowBytes : (columns.end - columns.start) * 3;
    const middleRows = isRowsFirst ? readEnd(rows) - rows.start : y.count;
    // The kernel reads pairs of pixels and of rows, some with weight zero, and perhaps past the last one.
    const pastRowBytes = (readEnd(columns) - columns.end) * 3;
    const rasterRows = isRowsFirst ? y.from : Math.max(y.from, readEnd(rows));
    const columnTaps = aligned(rasterRows * stride + pastRowBytes);
    const rowTaps = columnTaps + tapsBytes(columns);
    const middle = rowTaps + tapsBytes(rows);
    const target = middle + aligned(middleRows * middleBytes + pastRowBytes);
    this.#reserve(target + rowBytes * y.count);
    if (isRowsFirst) {
      const source = [rows.start * stride, stride, rows.end - rows.start] as const;
      const across = this.#writeTaps(columnTaps, columns, 0, 3);
      const down = this.#writeTaps(rowTaps, rows, rows.start, rowBytes);
      this.#kernel.resampleRows(...source, ...across, x.count, middle);
      this.#kernel.resampleColumns(middle, rowBytes, rowBytes, ...down, y.count, target);
    } else {
      const source = [columns.start * 3, stride, middleBytes] as const;
      const down = this.#writeTaps(rowTaps, rows, 0, stride);
      const across = this.#writeTaps(columnTaps, columns, columns.start, 3);
      this.#kernel.resampleColumns(...source, ...down, y.count, middle);
      this.#kernel.resampleRows(middle, middleBytes, y.count, ...across, x.count, target);
    }
    return new Uint8Array(this.#memory.buffer, target, rowBytes * y.count);
  }

  #reserve(byteLength: number): void {
    const missing = byteLength + SLACK_BYTES - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
  }

  /** Lays out taps at `at`: the byte offset of each first sample from sample `start`, then the weights. */
  #writeTaps(at: number, taps: Taps, start: number, sampleBytes: number): KernelTaps {
    const offsets = new Uint32Array(this.#memory.buffer, at, taps.first.length);
    for (let i = 0; i < offsets.length; i++) {
      offsets[i] = (Number(taps.first[i]) - start) * sampleBytes;
    }
    const weightsAt = at + offsets.byteLength;
    new Int16Array(this.#memory.buffer, weightsAt, taps.weights.length).set(taps.weights);
    return [at, weightsAt, taps.pairs];
  }
}

function instantiate(memory: WebAssembly.Memory): Kernel {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernel;
}

/** One after the last sample that the kernel reads. */
function readEnd({ first, pairs, end }: Taps): number {
  return Math.max(end, Math.max(...first) + pairs * 2);
}

/** With slack, and up to the next multiple of 16, so that every region starts on a vector's boundary. */
function aligned(byteLength: number): number {
  return (byteLength + SLACK_BYTES + 15) & ~15;
}

function tapsBytes(taps: Taps): number {
  return aligned(taps.first.byteLength + taps.weights.byteLength);
}
