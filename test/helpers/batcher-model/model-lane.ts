import type { BatchLane, LaneState } from '../../../src/batcher/batch-lane.js';
import type { Millis } from '../../../src/batcher/index.js';
import { PuppetLane } from '../puppet-lane.js';
import { hasPassed, isLive, isWarmUp, type ModelBatch, type ModelRun } from './model-item.js';
import { padded } from './padded.js';
import type { World } from './world.js';

const FAILURES_TO_OPEN = 3;
const PROBE_INTERVAL_MS = 1000;

/** A lane whose runs end as determined by its items and its own state, and that checks the runs that it is given. */
export class ModelLane implements BatchLane<number, number> {
  readonly index: number;
  /** Every run fails, the warm-up batch too. */
  isBroken = false;
  /** Its runs do not end. */
  isSilent = false;
  /** The state that the batcher reported last. */
  told: LaneState = 'serving';
  /** The state that the model expects. */
  expected: LaneState = 'serving';
  current: ModelRun | undefined;
  batch: ModelBatch | undefined;
  failuresInARow = 0;
  /** Its position in the order in which lanes became idle. */
  idleSince: number;
  /** When it last ended something. */
  endedMs: Millis = 0;
  #expectedEndMs: Millis = 0;
  readonly #puppet = new PuppetLane<number>();
  readonly #world: World;

  constructor(index: number, world: World) {
    this.index = index;
    this.idleSince = index;
    this.#world = world;
  }

  get isIdle(): boolean {
    return this.expected === 'serving' && this.batch === undefined;
  }

  run(inputs: readonly number[], paddedSize: number): Promise<readonly (number | Error)[]> {
    const items = inputs.map((input) => this.#world.itemOf(input));
    const { check } = this.#world;
    check(items.length >= 1, 'a run has items');
    const isAgain = items.every(({ batch }) => batch !== undefined && batch === this.batch);
    const batch = isAgain && this.batch ? this.batch : this.#world.begin(this, items);
    this.batch = batch;
    check(items.every(isLive), 'who has gone is not run again');
    const runs = batch.runs.filter((one) => !isWarmUp(one));
    check(runs.length < 2 * batch.items.length - 1, 'isolation ends');
    check(paddedSize === padded(items.length, batch.allowedBatchSizes), 'padding is allowed');
    this.#begin({ items, paddedSize, startedMs: this.#world.clock.now(), ended: undefined });
    return this.#puppet.run(inputs, paddedSize);
  }

  warmUp(): Promise<void> {
    const { check, clock } = this.#world;
    if (this.batch) check(!hasPassed(this.batch), 'a lane that is known to be well is not tested');
    else {
      check(this.expected === 'open', 'only an open lane is probed');
      const due = this.endedMs + PROBE_INTERVAL_MS;
      check(!this.#world.isSteady || clock.now() === due, 'a probe comes in time');
    }
    this.#begin({ items: [], paddedSize: 1, startedMs: clock.now(), ended: undefined });
    return this.#puppet.warmUp();
  }

  /** Ends the current run; it fails if it must, or if `fails`. A silent lane ends its run only when it is too late. */
  async finish(fails = false): Promise<void> {
    const { current: run } = this;
    if (!run || (this.isSilent && this.expected !== 'hung')) return;
    const isPoisoned = run.items.some(({ nature }) => nature === 'poisoned');
    const fate = fails || this.isBroken || isPoisoned ? 'failed' : 'passed';
    // The result of a run that ends too late changes nothing.
    if (this.expected !== 'hung') run.ended = fate;
    if (this.expected !== 'hung' && fate === 'passed') this.#learn(run);
    this.current = undefined;
    this.endedMs = this.#world.clock.now();
    this.idleSince = this.#world.next();
    if (!this.batch && this.expected === 'open' && fate === 'passed') this.#recovered();
    if (fate === 'failed') await this.#puppet.fail(new Error('the run failed'));
    else await this.#puppet.finish(run.items.map(answer));
    this.conclude();
  }

  /** Marks a batch as over once its lane does nothing more for it. */
  conclude(): void {
    const { batch } = this;
    if (!batch || this.current || batch.state === 'hung') return;
    this.batch = undefined;
    batch.state = 'over';
    const last = batch.runs.at(-1);
    const isWholeFailure = last !== undefined && isWarmUp(last) && last.ended === 'failed';
    this.failuresInARow = isWholeFailure ? this.failuresInARow + 1 : 0;
    if (this.failuresInARow >= FAILURES_TO_OPEN) this.expected = 'open';
  }

  /** Called when the batcher reports a state. A lane that hangs must have run for long enough. */
  becomes(state: LaneState): void {
    this.told = state;
    if (state !== 'hung') return;
    const { check, clock, isSteady } = this.#world;
    check(this.current !== undefined, 'only a run can hang');
    if (this.current && isSteady) check(clock.now() >= this.hungAtMs, 'it had its time');
    this.expected = 'hung';
    if (this.batch) this.batch.state = 'hung';
  }

  /** When the current run will have lasted longer than any run does. */
  get hungAtMs(): Millis {
    const { current: run } = this;
    if (!run || this.expected === 'hung') return Number.POSITIVE_INFINITY;
    return run.startedMs + Math.max(5000, 10 * this.#world.curve.msOf(run.paddedSize));
  }

  /** When the lane is expected to be idle. */
  get idleAtMs(): Millis {
    return this.current ? this.#expectedEndMs : 0;
  }

  #learn({ startedMs, paddedSize }: ModelRun): void {
    const { clock, curve, speed } = this.#world;
    speed.ran(curve.msOf(paddedSize), clock.now() - startedMs);
  }

  #begin(run: ModelRun): void {
    const { curve, speed } = this.#world;
    this.#expectedEndMs = run.startedMs + speed.expected * curve.msOf(run.paddedSize);
    this.#world.check(this.current === undefined, 'a lane runs one batch at a time');
    this.#world.check(this.expected !== 'hung', 'a hung lane is not used again');
    this.current = run;
    this.batch?.runs.push(run);
  }

  #recovered(): void {
    this.expected = 'serving';
    this.failuresInARow = 0;
  }
}

function answer({ input, nature }: { input: number | undefined; nature: string }): number | Error {
  return nature === 'erroneous' ? new Error(`item ${input}`) : (input ?? -1);
}
