import { BarList } from './bar-list.js';
import { find } from './elements.js';
import { readExposition } from './exposition.js';
import { isSameRun, liveFigures } from './live-figures.js';
import { readMetrics } from './server.js';
import { countText, msText, percentText, rateText, reasonText } from './words.js';

/** @typedef {import('./live-figures.js').Sample} Sample */
/** @typedef {import('./live-figures.js').LiveFigures} LiveFigures */

const INTERVAL_MS = 1000;
/** The figures cover so many intervals. */
const INTERVALS = 10;
/** The line shows so many rates. */
const RATES = 60;

const state = find('live-state', HTMLElement);
const live = find('live', HTMLElement);
const pause = find('pause', HTMLButtonElement);
const line = find('rates', SVGElement).querySelector('polyline');
const sizes = new BarList(find('sizes', HTMLElement));
const reasons = new BarList(find('reasons', HTMLElement));
const lanes = new BarList(find('lanes', HTMLElement));
const refusals = new BarList(find('refusals', HTMLElement));

/** The latest samples, the newest last. @type {Sample[]} */
let samples = [];
/** The images per second of the latest intervals, the newest last. @type {number[]} */
let rates = [];
/** @type {string | undefined} */
let shownModel;
let isPaused = false;

/**
 * Reads the metrics once a second while the page is visible, and shows what one model did in the latest 10 seconds.
 *
 * @param {() => string | undefined} chosenModel
 */
export function startLive(chosenModel) {
  pause.addEventListener('click', () => {
    isPaused = !isPaused;
    pause.ariaPressed = String(isPaused);
    state.textContent = isPaused ? 'Paused' : 'Waiting for the next metrics';
    forget();
  });
  const look = async () => {
    if (!isPaused && !document.hidden) await poll(chosenModel());
    setTimeout(look, INTERVAL_MS);
  };
  document.addEventListener('visibilitychange', forget);
  void look();
}

/** Figures are differences of samples, so after a gap they begin anew. */
function forget() {
  samples = [];
  rates = [];
}

/** @param {string | undefined} model */
async function poll(model) {
  if (model === undefined) return;
  try {
    const metrics = readExposition(await readMetrics());
    if (!isPaused) add({ metrics, atMs: performance.now() }, model);
  } catch {
    forget();
    live.hidden = true;
    state.textContent = 'The server does not tell its metrics.';
  }
}

/** @param {Sample} sample @param {string} model */
function add(sample, model) {
  if (model !== shownModel) rates = [];
  shownModel = model;
  const last = samples.at(-1);
  if (last && !isSameRun(last, sample)) forget();
  else if (last) rates = [...rates, liveFigures(last, sample, model).imagesPerSecond].slice(-RATES);
  samples = [...samples, sample].slice(-INTERVALS - 1);
  const first = samples[0];
  if (first && first !== sample) show(first, sample, model);
}

/** @param {Sample} first @param {Sample} last @param {string} model */
function show(first, last, model) {
  const figures = liveFigures(first, last, model);
  const seconds = Math.round((last.atMs - first.atMs) / 1000);
  state.textContent = `The last ${countText(seconds, 'second')}, over all serving processes`;
  live.hidden = false;
  showTiles(figures);
  showLists(figures);
  showRates();
}

/** @param {LiveFigures} figures */
function showTiles({ imagesPerSecond, p50Ms, p99Ms, inQueue, meanBatchSize }) {
  find('rate', HTMLElement).textContent = rateText(imagesPerSecond);
  find('p50', HTMLElement).textContent = p50Ms === undefined ? 'none' : msText(p50Ms);
  find('p99', HTMLElement).textContent = p99Ms === undefined ? 'none' : msText(p99Ms);
  find('in-queue', HTMLElement).textContent = String(inQueue);
  find('mean-batch-size', HTMLElement).textContent = meanBatchSize?.toFixed(1) ?? 'none';
}

/** @param {LiveFigures} figures */
function showLists(figures) {
  const { batchSizes, meanBatchSize } = figures;
  find('no-batches', HTMLElement).hidden = meanBatchSize !== undefined;
  sizes.show(
    batchSizes
      .filter(({ name, share }) => share > 0 || !name.startsWith('over'))
      .map(({ name, share }) => ({ name, value: percentText(share), share })),
  );
  reasons.show(
    figures.reasons.map(({ name, share }) => ({
      name: `${name}: ${reasonText(name)}`,
      value: percentText(share),
      share,
    })),
  );
  lanes.show(
    figures.lanes.map(({ name, isServing, busyShare }) => ({
      name: `Lane ${name}`,
      value: isServing ? `${percentText(busyShare)} busy` : 'out of service',
      share: busyShare,
      ...(isServing ? {} : { kind: 'bad' }),
    })),
  );
  find('refused', HTMLElement).hidden = figures.refusals.length === 0;
  const most = figures.refusals[0]?.imagesPerSecond ?? 1;
  refusals.show(
    figures.refusals.map(({ code, imagesPerSecond }) => ({
      name: code,
      value: `${rateText(imagesPerSecond)} per second`,
      share: imagesPerSecond / most,
      kind: 'bad',
    })),
  );
}

/** Shows the rates as a line, the newest at the right edge. */
function showRates() {
  const most = Math.max(1, ...rates);
  const points = rates.map((rate, i) => {
    const x = RATES - rates.length + i + 1;
    return `${x},${(15 - (14 * rate) / most).toFixed(2)}`;
  });
  line?.setAttribute('points', points.join(' '));
}
