import type { ServerSetup } from './messages.js';

/** A load that makes one stage of the server the narrowest. */
export interface Scenario {
  /** The stage that binds. */
  readonly name: string;
  readonly server: Omit<ServerSetup, 'isProtected'>;
  readonly images: readonly string[];
  /** More than one are sent as a form. */
  readonly imagesPerRequest: number;
  readonly timeoutMs: number;
  /** Whether a client uses its connections again. */
  readonly keepAlive: boolean;
  /** Clients that wait for each answer, for the peak. */
  readonly clients: number;
  /** The loads, as multiples of the peak. */
  readonly times: readonly number[];
}

const FAST_LANE = { maxBatchSize: 32, batchMs: 1, maxQueueSize: 1024, decodeThreads: 2 };
/** Images of about 16 kB. */
const SMALL = ['images/1.jpg', 'images/2.jpg', 'images/12.jpg', 'images/13.jpg'];
/** 12 megapixels, 305 kB. */
const LARGE = ['images/8.jpg'];

/** @param tiny a file with an image that costs next to nothing to decode */
export function scenarios(tiny: string): readonly Scenario[] {
  const usual = {
    imagesPerRequest: 1,
    timeoutMs: 1000,
    keepAlive: true,
    clients: 16,
    times: [2, 6],
  };
  const slowLane = { ...FAST_LANE, maxBatchSize: 8, batchMs: 80 };
  return [
    { ...usual, name: 'decode', server: FAST_LANE, images: LARGE, timeoutMs: 2000, clients: 4 },
    // A form costs the clients as much as one image, and the server's main thread much more.
    {
      ...usual,
      name: 'main thread',
      server: FAST_LANE,
      images: [tiny],
      imagesPerRequest: 32,
      clients: 4,
    },
    { ...usual, name: 'connections', server: FAST_LANE, images: [tiny], keepAlive: false },
    { ...usual, name: 'lane', server: slowLane, images: SMALL, clients: 32, times: [2, 6, 10] },
  ];
}
