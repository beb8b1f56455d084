import {
  Batcher,
  type BatchLane,
  type BatchLimits,
  type Clock,
  type LaneState,
  type Millis,
  Pace,
  SILENT,
} from '../../batcher/index.js';
import type { GpuImage } from './gpu-lane.js';
import { UNIT_LIMITS } from './units-take.js';

/** A free thread takes all waiting images. The deadlines of the images are enforced by the model's batcher. */
const LIMITS: BatchLimits = {
  maxBatchSize: UNIT_LIMITS.images,
  maxQueueDelayMs: 0,
  allowedBatchSizes: [],
  maxQueueSize: 1_000_000,
};
/** Longer than any image's own deadline. */
const DEADLINE_MS = 3_600_000;

export interface GpuBatchLane extends BatchLane<GpuImage, Uint8Array | undefined> {
  close(): Promise<void>;
}

export interface GpuDecoderOptions {
  readonly lanes: readonly GpuBatchLane[];
  readonly clock: Clock;
  /** Called when a lane has stopped serving. After a CUDA error a process cannot recover. */
  readonly broken: (state: LaneState, cause?: Error) => void;
}

/** Gathers images into batches for the JPEG units. A failing image does not affect the others. */
export class GpuDecoder {
  readonly #batcher: Batcher<GpuImage, Uint8Array | undefined>;
  readonly #lanes: readonly GpuBatchLane[];
  readonly #clock: Clock;
  /** Milliseconds an image in a batch. */
  readonly #pace = new Pace();
  #isClosed = false;

  constructor({ lanes, clock, broken }: GpuDecoderOptions) {
    this.#lanes = lanes;
    this.#clock = clock;
    this.#batcher = new Batcher<GpuImage, Uint8Array | undefined>({
      clock,
      limits: LIMITS,
      lanes: lanes.map((lane) => this.#timed(lane)),
      observer: {
        ...SILENT,
        laneChanged: (_, state, cause) => {
          if (state !== 'serving' && !this.#isClosed) broken(state, cause);
        },
      },
    });
  }

  /** How long it will take until one more image is decoded, if it comes now. */
  expectedMs(): Millis {
    return ((this.#batcher.unsettled + 1) * this.#pace.safeFactor) / this.#lanes.length;
  }

  #timed(lane: GpuBatchLane): BatchLane<GpuImage, Uint8Array | undefined> {
    return {
      run: async (images, paddedSize) => {
        const startedMs = this.#clock.now();
        const pixels = await lane.run(images, paddedSize);
        this.#pace.saw(images.length, this.#clock.now() - startedMs);
        return pixels;
      },
      warmUp: () => lane.warmUp(),
      ...(lane.ended === undefined ? {} : { ended: lane.ended }),
    };
  }

  /**
   * The image's pixels, or undefined if they are no longer wanted. Rejects if the units do not decode the image, for
   * any reason; if its bytes were returned, another decoder may try.
   */
  async decode(image: GpuImage): Promise<Uint8Array | undefined> {
    const [item] = this.#batcher.accept(1, this.#clock.now() + DEADLINE_MS);
    if (!item) throw new Error('no item. This is a bug.');
    this.#batcher.enqueue(item, image);
    return (await item.settled).output;
  }

  /** Ends the threads once they are idle. */
  async close(): Promise<void> {
    await this.#batcher.drain();
    this.#isClosed = true;
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }
}
