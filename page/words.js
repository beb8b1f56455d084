/** @type {Readonly<Record<string, string>>} */
const REASONS = {
  full: 'it was full',
  window: 'its oldest image had waited as long as maxQueueDelayMs allows',
  idle: 'a lane was idle',
  deadline: 'an image would have missed its deadline',
  drain: 'the server is shutting down',
};

/**
 * Why a batch left, as the end of a sentence.
 *
 * @param {string} reason as in X-Batch-Reason
 */
export function reasonText(reason) {
  return REASONS[reason] ?? reason;
}

/** @param {number} ms */
export function msText(ms) {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`;
}

/** @param {number} share from 0 to 1 */
export function percentText(share, digits = 0) {
  return `${(100 * share).toFixed(digits)} %`;
}

/** @param {number} rate */
export function rateText(rate) {
  return rate.toFixed(rate > 0 && rate < 10 ? 1 : 0);
}

/** @param {number} count @param {string} noun */
export function countText(count, noun, plural = `${noun}s`) {
  return `${count} ${count === 1 ? noun : plural}`;
}
