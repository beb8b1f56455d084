import type { Config } from '../../config/config.js';

const MAX_IMAGES = 64;

/** Most images in one request: a request of more than the queue holds could never be accepted. */
export function maxImages({ maxQueueSize }: Config['batching']): number {
  return Math.min(MAX_IMAGES, maxQueueSize);
}
