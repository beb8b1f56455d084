/**
 * One series of a metric: its labels and its value.
 * @typedef {{ readonly labels: Readonly<Record<string, string>>, readonly value: number }} Series
 */

/**
 * The series of each metric, by its name.
 * @typedef {ReadonlyMap<string, readonly Series[]>} Exposition
 */

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ([^ ]+)(?: -?\d+)?$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)",?/g;
/** @type {Readonly<Record<string, string>>} */
const ESCAPES = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };

/**
 * Reads the text format of Prometheus. Lines that are no series, such as comments, are skipped.
 *
 * @param {string} text
 * @returns {Exposition}
 */
export function readExposition(text) {
  /** @type {Map<string, Series[]>} */
  const exposition = new Map();
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const series = { labels: readLabels(labels), value: readNumber(value) };
    const known = exposition.get(name);
    if (known) known.push(series);
    else exposition.set(name, [series]);
  }
  return exposition;
}

/**
 * Reads a number as Prometheus writes it.
 *
 * @param {string} text
 */
export function readNumber(text) {
  return Number(text.replace('Inf', 'Infinity'));
}

/**
 * @param {string} text the labels of a series, without the braces
 * @returns {Record<string, string>}
 */
function readLabels(text) {
  const pairs = [...text.matchAll(LABEL)].map(([, name = '', value = '']) => [
    name,
    value.replaceAll(/\\./g, (pair) => ESCAPES[pair] ?? pair),
  ]);
  return Object.fromEntries(pairs);
}
