import type { ImageInput } from '../../engine/index.js';
import type { Cuda, JpegUnits, PinnedMemory } from '../../native/index.js';
import type { ImageHeader } from '../header/image-header.js';
import { completeHeader } from '../header/read-jpeg-header.js';
import { DEFAULT_FILTER, DEFAULT_PAD, resizePlan } from '../resize-plan.js';
import { resamplePtx } from './generated/resample-ptx.js';
import { JOB_BYTES, writeJob } from './resample-jobs.js';
import { UNIT_LIMITS } from './units-take.js';

/** Alignment of allocations. */
const ALIGNMENT = 256;
const BLOCK = [32, 8, 1] as const;

/** An image that `unitsTake` accepted. */
export interface UnitJob {
  readonly bytes: Uint8Array;
  readonly header: ImageHeader;
  readonly input: ImageInput;
  /** The output buffer: input.height * input.width * 3 bytes. */
  readonly pixels: Uint8Array;
}

interface Placed {
  readonly job: UnitJob;
  /** Byte offsets in the raster memory and in the pixel memory. */
  readonly rasterAt: number;
  readonly pixelsAt: number;
}

/**
 * Decodes batches on the GPU's JPEG units, and resizes and rotates them there. All memory is allocated at the start. A
 * call blocks its thread, which sleeps, until the pixels are ready.
 */
export class UnitDecoder {
  readonly #cuda: Cuda;
  readonly #units: JpegUnits;
  readonly #stream: bigint;
  readonly #kernel: bigint;
  readonly #rasters: bigint;
  readonly #devicePixels: bigint;
  readonly #deviceJobs: bigint;
  readonly #pixels: PinnedMemory;
  readonly #jobs: PinnedMemory;

  /** @throws {CudaError} */
  constructor(cuda: Cuda, units: JpegUnits) {
    const { images, rasterBytes, pixelBytes } = UNIT_LIMITS;
    this.#cuda = cuda;
    this.#units = units;
    this.#stream = cuda.createStream();
    this.#kernel = cuda.loadKernel(resamplePtx, 'resample');
    this.#rasters = cuda.allocate(rasterBytes);
    this.#devicePixels = cuda.allocate(pixelBytes);
    this.#pixels = cuda.allocatePinned(pixelBytes);
    this.#deviceJobs = cuda.allocate(images * JOB_BYTES);
    this.#jobs = cuda.allocatePinned(images * JOB_BYTES);
    cuda.clear(this.#rasters, rasterBytes, this.#stream);
    cuda.finish(this.#stream);
  }

  /**
   * Decodes any number of images, in batches as large as the memory allows.
   *
   * @returns for each image undefined, or why it cannot be decoded here
   * @throws {NvjpegError} one of the images is at fault, or the units are
   * @throws {CudaError}
   */
  decode(jobs: readonly UnitJob[]): (Error | undefined)[] {
    const refusals = new Map<UnitJob, Error>();
    let batch: Placed[] = [];
    const run = () => {
      this.#run(batch);
      // The rasters were cleared before, so an image that the units skipped is black; few others are.
      for (const { job } of batch.filter(({ job }) => isBlack(job.pixels))) {
        refusals.set(job, new Error('the pixels are black: the units may have skipped the image'));
      }
      batch = [];
    };
    for (const job of jobs) {
      const refusal = this.#refusal(job);
      if (refusal) {
        refusals.set(job, refusal);
        continue;
      }
      if (batch.length === UNIT_LIMITS.images || !fits(placeAfter(batch.at(-1), job))) run();
      batch.push(placeAfter(batch.at(-1), job));
    }
    if (batch.length > 0) run();
    return jobs.map((job) => refusals.get(job));
  }

  /**
   * The units do not report an image that is damaged or cut off. If the library read other dimensions than the header
   * walk, it would write past the end of the raster.
   */
  #refusal({ bytes, header }: UnitJob): Error | undefined {
    try {
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const { parts, orientation } = completeHeader(view, header);
      if (parts || orientation !== header.orientation) {
        return new Error('the image has segments after its scan');
      }
      const { width, height } = this.#units.sizeOf(bytes);
      if (width === header.width && height === header.height) return undefined;
      return new Error(
        `nvJPEG reads ${width}x${height} instead of ${header.width}x${header.height}`,
      );
    } catch (error) {
      return error as Error;
    }
  }

  #run(batch: readonly Placed[]): void {
    const cuda = this.#cuda;
    const stream = this.#stream;
    const last = batch.at(-1) as Placed;
    try {
      const images = batch.map(({ job, rasterAt }) => ({
        bytes: job.bytes,
        width: job.header.width,
        raster: this.#rasters + BigInt(rasterAt),
      }));
      this.#units.decode(images, stream);
      batch.forEach(({ job: { header, input }, rasterAt, pixelsAt }, i) => {
        writeJob(this.#jobs.bytes, i, {
          source: this.#rasters + BigInt(rasterAt),
          target: this.#devicePixels + BigInt(pixelsAt),
          plan: resizePlan(header, input),
          filter: input.filter ?? DEFAULT_FILTER,
          pad: input.pad ?? DEFAULT_PAD,
        });
      });
      cuda.copyToDevice(this.#deviceJobs, this.#jobs.address, batch.length * JOB_BYTES, stream);
      const width = Math.max(...batch.map(({ job }) => job.input.width));
      const height = Math.max(...batch.map(({ job }) => job.input.height));
      const grid = [
        Math.ceil(width / BLOCK[0]),
        Math.ceil(height / BLOCK[1]),
        batch.length,
      ] as const;
      cuda.launch(this.#kernel, { grid, block: BLOCK }, this.#deviceJobs, stream);
      cuda.copyToHost(this.#pixels.address, this.#devicePixels, pixelsEnd(last), stream);
    } finally {
      cuda.clear(this.#rasters, rasterEnd(last), stream);
      // Work that was started reads the images' bytes, and the units do not wait for earlier work on the stream.
      cuda.finish(stream);
    }
    for (const { job, pixelsAt } of batch) {
      const { pixels } = job;
      pixels.set(this.#pixels.bytes.subarray(pixelsAt, pixelsAt + pixels.byteLength));
    }
  }
}

function placeAfter(last: Placed | undefined, job: UnitJob): Placed {
  return {
    job,
    rasterAt: last ? aligned(rasterEnd(last)) : 0,
    pixelsAt: last ? aligned(pixelsEnd(last)) : 0,
  };
}

function fits(placed: Placed): boolean {
  const { rasterBytes, pixelBytes } = UNIT_LIMITS;
  return rasterEnd(placed) <= rasterBytes && pixelsEnd(placed) <= pixelBytes;
}

function rasterEnd({ job, rasterAt }: Placed): number {
  return rasterAt + job.header.width * job.header.height * 3;
}

function pixelsEnd({ job, pixelsAt }: Placed): number {
  return pixelsAt + job.pixels.byteLength;
}

function isBlack(pixels: Uint8Array): boolean {
  return pixels.every((value) => value === 0);
}

function aligned(byteLength: number): number {
  return Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT;
}
