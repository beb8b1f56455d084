/** A generator of whole numbers below a bound that a seed repeats. */
export type Random = (bound: number) => number;

export function randomFrom(seed: number): Random {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) % bound;
  };
}

export function pick<T>(random: Random, all: readonly T[]): T {
  return all[random(all.length)] as T;
}

/** Values that parsers like least. */
export const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  64,
  65,
  255,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 53,
  1e308,
  '',
  'x',
  'image',
  '\u0000\ud800',
  'A'.repeat(5000),
  [],
  {},
  [[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]],
  { b64: 'QUJD' },
  { __proto__: null, constructor: 1 },
];

/** The same JSON with one value replaced, removed, doubled or added. */
export function mutateJson(random: Random, value: unknown): unknown {
  if (Array.isArray(value) && value.length > 0 && random(4) > 0) {
    const at = random(value.length);
    if (random(4) === 0) return [...value, ...value];
    if (random(4) === 0) return value.filter((_, i) => i !== at);
    return value.map((one, i) => (i === at ? mutateJson(random, one) : one));
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && random(4) > 0) {
    const entries = Object.entries(value);
    if (entries.length > 0) {
      const at = random(entries.length);
      if (random(5) === 0) return Object.fromEntries(entries.filter((_, i) => i !== at));
      return Object.fromEntries(
        entries.map(([key, one], i) => [key, i === at ? mutateJson(random, one) : one]),
      );
    }
  }
  return pick(random, ODD_VALUES);
}

/** The same bytes after one to four changes: flipped, cut, doubled or put in. */
export function mutateBytes(random: Random, bytes: Buffer): Buffer {
  let result = Buffer.from(bytes);
  for (let changes = 1 + random(4); changes > 0; changes--) {
    const at = random(result.length + 1);
    const length = random(pick(random, [2, 16, 1 + result.length]));
    const [before, after] = [result.subarray(0, at), result.subarray(at)];
    const change = random(5);
    if (change === 0 && at < result.length) result[at] = random(256);
    else if (change === 1) result = Buffer.concat([before, after.subarray(length)]);
    else if (change === 2) result = Buffer.concat([before, after.subarray(0, length), after]);
    else if (change === 3) {
      const put = Buffer.from(Array.from({ length: random(9) }, () => random(256)));
      result = Buffer.concat([before, put, after]);
    } else result = Buffer.from(before);
  }
  return result;
}
