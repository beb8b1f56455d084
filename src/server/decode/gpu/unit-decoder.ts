import type { ImageInput } from '../../../engine/index.js';
import type { ImageHeader } from '../header/image-header.js';
import { resizePlan } from '../resize-plan.js';
import type { Cuda, PinnedMemory } from './cuda.js';
import { resamplePtx } from './generated/resample-ptx.js';
import type { JpegUnits } from './nvjpeg.js';
import { JOB_BYTES, writeJob } from './resample-jobs.js';
import { UNIT_LIMITS } from './units-take.js';

/** Where an allocation may begin. */
const ALIGNMENT = 256;
const BLOCK = [32, 8, 1] as const;

/** An image that `unitsTake` said yes to. */
export interface UnitJob {
  readonly bytes: Uint8Array;
  readonly header: ImageHeader;
  readonly input: ImageInput;
  /** input.height * input.width * 3 bytes, to be written. */
  readonly pixels: Uint8Array;
}

interface Placed extends UnitJob {
  /** Byte offsets in the memory for rasters and for pixels. */
  readonly rasterAt: number;
  readonly pixelsAt: number;
}

/**
 * Decodes batches on the card's JPEG units, and resizes and turns them there. All its memory is taken at the start.
 * A call blocks its thread, asleep, until the pixels are there.
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
    // The last image of a batch may end anywhere: each begins on a boundary.
    this.#rasters = cuda.allocate(rasterBytes + images * ALIGNMENT);
    this.#devicePixels = cuda.allocate(pixelBytes + images * ALIGNMENT);
    this.#pixels = cuda.allocatePinned(pixelBytes + images * ALIGNMENT);
    this.#deviceJobs = cuda.allocate(images * JOB_BYTES);
    this.#jobs = cuda.allocatePinned(images * JOB_BYTES);
  }

  /**
   * Decodes any number of images, as many at once as there is room for.
   *
   * @returns for each image nothing, or why it cannot be decoded here
   * @throws {NvjpegError} one of the images is at fault, or the units are
   * @throws {CudaError}
   */
  decode(jobs: readonly UnitJob[]): (Error | undefined)[] {
    const refusals = jobs.map((job) => this.#refusal(job));
    let batch: Placed[] = [];
    for (const job of jobs.filter((_, i) => refusals[i] === undefined)) {
      let placed = placeAfter(batch.at(-1), job);
      if (batch.length === UNIT_LIMITS.images || !fits(placed)) {
        this.#run(batch);
        batch = [];
        placed = placeAfter(undefined, job);
      }
      batch.push(placed);
    }
    if (batch.length > 0) this.#run(batch);
    return refusals;
  }

  /** Where the library reads another size than the header walk has, it would write past the raster's end. */
  #refusal({ bytes, header }: UnitJob): Error | undefined {
    try {
      const { width, height } = this.#units.sizeOf(bytes);
      if (width === header.width && height === header.height) return undefined;
      return new Error(`${width}x${height} is not ${header.width}x${header.height}`);
    } catch (error) {
      return error as Error;
    }
  }

  #run(batch: readonly Placed[]): void {
    const cuda = this.#cuda;
    const stream = this.#stream;
    try {
      const images = batch.map(({ bytes, header, rasterAt }) => ({
        bytes,
        width: header.width,
        raster: this.#rasters + BigInt(rasterAt),
      }));
      this.#units.decode(images, stream);
      batch.forEach(({ header, input, rasterAt, pixelsAt }, i) => {
        writeJob(this.#jobs.bytes, i, {
          source: this.#rasters + BigInt(rasterAt),
          target: this.#devicePixels + BigInt(pixelsAt),
          header,
          plan: resizePlan(header, input),
        });
      });
      cuda.copyToDevice(this.#deviceJobs, this.#jobs.address, batch.length * JOB_BYTES, stream);
      const width = Math.max(...batch.map(({ input }) => input.width));
      const height = Math.max(...batch.map(({ input }) => input.height));
      const grid = [
        Math.ceil(width / BLOCK[0]),
        Math.ceil(height / BLOCK[1]),
        batch.length,
      ] as const;
      cuda.launch(this.#kernel, { grid, block: BLOCK }, this.#deviceJobs, stream);
      const last = batch.at(-1) as Placed;
      const byteLength = last.pixelsAt + last.pixels.byteLength;
      cuda.copyToHost(this.#pixels.address, this.#devicePixels, byteLength, stream);
    } finally {
      // Whatever was begun reads the images' bytes.
      cuda.finish(stream);
    }
    for (const { pixels, pixelsAt } of batch) {
      pixels.set(this.#pixels.bytes.subarray(pixelsAt, pixelsAt + pixels.byteLength));
    }
  }
}

function placeAfter(last: Placed | undefined, job: UnitJob): Placed {
  return {
    ...job,
    rasterAt: last ? aligned(last.rasterAt + rasterBytes(last)) : 0,
    pixelsAt: last ? aligned(last.pixelsAt + last.pixels.byteLength) : 0,
  };
}

function fits(placed: Placed): boolean {
  return (
    placed.rasterAt + rasterBytes(placed) <= UNIT_LIMITS.rasterBytes &&
    placed.pixelsAt + placed.pixels.byteLength <= UNIT_LIMITS.pixelBytes
  );
}

function rasterBytes({ header }: UnitJob): number {
  return header.width * header.height * 3;
}

function aligned(byteLength: number): number {
  return Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT;
}
