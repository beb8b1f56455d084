import { loadRasterDecoder } from '../../src/decode/cpu/load-raster-decoder.js';
import { placeUpright } from '../../src/decode/cpu/place-upright.js';
import { FILTERS, JOB_BYTES } from '../../src/decode/gpu/resample-jobs.js';
import { readImageHeader } from '../../src/decode/header/read-image-header.js';
import { Resampler } from '../../src/decode/resample/resampler.js';
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
    const [fromX, fromY, swap, width, height] = [int(0), int(1), int(10), int(11), int(12)];
    const axis = (i: 0 | 1) => ({
      from: int(i),
      to: Math.round(int(i) / view.getFloat64(16 + i * 8, true)),
      offset: int(2 + i),
      count: int(4 + i),
      start: int(6 + i),
      flip: int(8 + i) === 1,
      length: i === swap ? width : height,
    });
    const firstAxis = int(15) === 1 ? 'y' : 'x';
    const plan = { x: axis(0), y: axis(1), swap: swap === 1, firstAxis } as const;
    const raster = this.#at(view.getBigUint64(0, true), fromX * fromY * 3);
    const target = this.#at(view.getBigUint64(8, true), width * height * 3);
    const pad = [int(14) & 255, (int(14) >> 8) & 255, int(14) >> 16] as const;
    const filter = FILTERS[int(13)] ?? 'nearest';
    const resized = this.filter
      ? resizeWith(this.filter, raster, plan.x, plan.y)
      : this.#resampler(raster).resample(plan.x, plan.y, { filter, firstAxis });
    placeUpright(resized, plan, pad, target);
  }

  #resampler(raster: Uint8Array): Resampler {
    const resampler = new Resampler();
    resampler.raster(raster.length).set(raster);
    return resampler;
  }
}
