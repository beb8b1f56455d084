import { loadRasterDecoder } from '../../src/decode/cpu/load-raster-decoder.js';
import { turnUpright } from '../../src/decode/cpu/turn-upright.js';
import { JOB_BYTES } from '../../src/decode/gpu/resample-jobs.js';
import { readImageHeader } from '../../src/decode/header/read-image-header.js';
import { Resampler } from '../../src/decode/resample/resampler.js';
import type { Axis } from '../../src/decode/resample/taps.js';
import type { Cuda } from '../../src/native/cuda.js';
import { type JpegUnits, NvjpegError } from '../../src/native/nvjpeg.js';
import { type ResizeFilter, resizeWith } from './resize-filters.js';

const decodeJpeg = await loadRasterDecoder('native', { format: 'jpeg' });

const STREAM = 7n;

/**
 * Stands in for a GPU and its JPEG units: memory with addresses, behind which the CPU decodes and resizes with the code
 * that the server uses on the CPU. It shows that the calls are right: addresses, sizes, jobs, order. It shows nothing of
 * the arithmetic of real units or of resample.cu, which never runs here; only the trial on a real GPU does that.
 */
export class CpuBackedGpu {
  readonly #memory = new Map<bigint, Uint8Array>();
  #next = 0x1000n;
  /** Images of each batch that the units were given. */
  readonly batches: number[] = [];
  /** Bytes of each allocation. */
  readonly allocations: number[] = [];
  /** Called before a batch is decoded; may throw. */
  fault: () => void = () => {};
  /** What the units make of a decoded raster, where they make mistakes. */
  spoil: (raster: Uint8Array) => void = () => {};
  /** The filter with which the kernel resizes, if it is not that of the CPU's resampler. */
  filter: ResizeFilter | undefined;
  /** Whether the units leave an image out, and say nothing. */
  leavesOut: (bytes: Uint8Array) => boolean = () => false;
  /** What the units read as the size. */
  sizeOf: JpegUnits['sizeOf'] = (bytes) => readImageHeader(Buffer.from(bytes), { maxPixels: 1e9 });

  readonly cuda: Cuda = {
    allocate: (byteLength) => this.#allocate(byteLength).address,
    allocatePinned: (byteLength) => this.#allocate(byteLength),
    createStream: () => STREAM,
    loadKernel: () => 1n,
    copyToDevice: (target, source, byteLength) => this.#copy(target, source, byteLength),
    copyToHost: (target, source, byteLength) => this.#copy(target, source, byteLength),
    clear: (target, byteLength) => void this.#at(target, byteLength).fill(0),
    launch: (_, { grid }, jobs) => {
      for (let i = 0; i < grid[2]; i++) this.#resample(jobs + BigInt(i * JOB_BYTES));
    },
    finish() {},
  };

  readonly units: JpegUnits = {
    sizeOf: (bytes) => this.sizeOf(bytes),
    decode: (images) => {
      this.batches.push(images.length);
      this.fault();
      for (const { bytes, raster } of images) {
        if (this.leavesOut(bytes)) continue;
        const header = readImageHeader(Buffer.from(bytes), { maxPixels: 1e9 });
        const target = this.#at(raster, header.width * header.height * 3);
        try {
          decodeJpeg(Buffer.from(bytes), header, target);
        } catch {
          throw new NvjpegError('nvjpegDecodeBatched', 3);
        }
        this.spoil(target);
      }
    },
  };

  #allocate(byteLength: number) {
    const address = this.#next;
    const bytes = new Uint8Array(byteLength);
    this.#memory.set(address, bytes);
    this.allocations.push(byteLength);
    // Nothing lies behind the end: who writes there is found out.
    this.#next += BigInt(byteLength) + 0x1000n;
    return { address, bytes };
  }

  #at(address: bigint, byteLength: number): Uint8Array {
    for (const [start, bytes] of this.#memory) {
      const at = Number(address - start);
      if (at >= 0 && at + byteLength <= bytes.length) return bytes.subarray(at, at + byteLength);
    }
    throw new Error(`${byteLength} bytes at ${address} are not in one allocation`);
  }

  #copy(target: bigint, source: bigint, byteLength: number): void {
    this.#at(target, byteLength).set(this.#at(source, byteLength));
  }

  /** What resample.cu does, by the struct that it reads. */
  #resample(address: bigint): void {
    const job = this.#at(address, JOB_BYTES);
    const view = new DataView(job.buffer, job.byteOffset, JOB_BYTES);
    const int = (i: number) => view.getInt32(32 + i * 4, true);
    const [fromX, fromY, offsetX, offsetY] = [int(0), int(1), int(2), int(3)];
    const [width, height, swap, flipX, flipY] = [int(4), int(5), int(6), int(7), int(8)];
    const axis = (from: number, scaleAt: number, offset: number, count: number) => {
      return { from, to: Math.round(from / view.getFloat64(scaleAt, true)), offset, count };
    };
    const x = axis(fromX, 16, offsetX, swap ? height : width);
    const y = axis(fromY, 24, offsetY, swap ? width : height);
    const raster = this.#at(view.getBigUint64(0, true), fromX * fromY * 3);
    const target = this.#at(view.getBigUint64(8, true), width * height * 3);
    const plan = { x, y, swap: swap === 1, flipX: flipX === 1, flipY: flipY === 1 };
    turnUpright(this.#resize(raster, x, y), plan, target);
  }
  #resize(raster: Uint8Array, x: Axis, y: Axis): Uint8Array {
    if (this.filter) return resizeWith(this.filter, raster, x, y);
    const resampler = new Resampler();
    resampler.raster(raster.length).set(raster);
    return resampler.resample(x, y);
  }
}
