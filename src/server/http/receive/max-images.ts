import type { Config } from '../../config/config.js';

const MAX_IMAGES = 64;

/** The maximum number of images in one request. A request with more images than the queue holds could never be accepted. */
export function maxImages({ maxQueueSize }: Config['batching']): number {
  return Math.min(MAX_IMAGES, maxQueueSize);
}
