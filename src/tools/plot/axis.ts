/** One axis of a plot: maps a value to a position between `from` and `to`, and lists the values of the ticks. */
export interface Axis {
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Approximate number of ticks on a linear axis. */
const TICKS = 8;
/** A logarithmic axis of at least this many decades has one tick per decade; a shorter one has ticks at 1, 2 and 5. */
const WIDE_DECADES = 4;

/** From 0 to the first tick that is at least as large as every value; to 1 if there are no values. */
export function linearAxis(values: readonly number[], from: number, to: number): Axis {
  const largest = values.reduce((max, value) => Math.max(max, value), 0) || 1;
  const step = niceStep(largest / TICKS);
  const steps = Math.ceil(largest / step - 1e-9);
  const ticks = Array.from({ length: steps + 1 }, (_, i) => i * step);
  const end = steps * step;
  return { place: (value) => from + (value / end) * (to - from), ticks };
}

/** From the last tick below all values to the first tick above them; from 1 to 10 if there are no values. */
export function logAxis(values: readonly number[], from: number, to: number): Axis {
  const smallest = values.length > 0 ? values.reduce((a, b) => Math.min(a, b)) : 1;
  const largest = values.length > 0 ? values.reduce((a, b) => Math.max(a, b)) : 10;
  const firstDecade = Math.floor(Math.log10(smallest));
  const lastDecade = Math.ceil(Math.log10(largest));
  const isWide = lastDecade - firstDecade >= WIDE_DECADES;
  const all: number[] = [];
  for (let decade = firstDecade; decade <= lastDecade; decade++) {
    for (const digit of isWide ? [1] : [1, 2, 5]) all.push(Number(`${digit}e${decade}`));
  }
  const first = Math.max(
    0,
    all.findLastIndex((tick) => tick <= smallest),
  );
  const end = all.findIndex((tick) => tick >= largest);
  const ticks = all.slice(first, Math.max(end, first + 1) + 1);
  const [low, high] = [Math.log10(Number(ticks[0])), Math.log10(Number(ticks.at(-1)))];
  const share = (value: number) => (Math.log10(value) - low) / (high - low);
  return { place: (value) => from + share(value) * (to - from), ticks };
}

/** 1, 2 or 5 times a power of ten, at least `step`. */
function niceStep(step: number): number {
  const decade = Math.floor(Math.log10(step));
  const digit = [1, 2, 5, 10].find((one) => Number(`${one}e${decade}`) >= step * (1 - 1e-9)) ?? 10;
  return Number(`${digit}e${decade}`);
}
