/** @typedef {'receive' | 'decode' | 'queue' | 'infer' | 'respond'} StageName */

/**
 * One stage of a request: when it began, counted from when the server could first read the request, and its length.
 * @typedef {{ readonly name: StageName, readonly startMs: number, readonly ms: number }} Stage
 */

/** @type {readonly StageName[]} */
const MEASURED = ['receive', 'decode', 'queue', 'infer'];

/**
 * The timeline of a request of one image. The server tells all stages but the last in its answer, which it has not
 * written by then. So the last one is the rest of the time that the client waited, and includes the network.
 *
 * @param {string} serverTiming the Server-Timing header
 * @param {number} totalMs from when the request was sent until its answer had arrived
 * @returns {Stage[]} empty if the header does not have every stage
 */
export function timeline(serverTiming, totalMs) {
  const durations = new Map(
    [...serverTiming.matchAll(/(\w+);dur=([\d.]+)/g)].map(([, name, ms]) => [name, Number(ms)]),
  );
  let startMs = 0;
  /** @type {Stage[]} */
  const stages = [];
  for (const name of MEASURED) {
    const ms = durations.get(name);
    if (ms === undefined) return [];
    stages.push({ name, startMs, ms });
    startMs += ms;
  }
  return [...stages, { name: 'respond', startMs, ms: Math.max(0, totalMs - startMs) }];
}
