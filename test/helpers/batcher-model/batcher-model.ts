import { Batcher, type BatchLimits, LatencyCurve } from '../../../src/batcher/index.js';
import { ManualClock } from '../manual-clock.js';
import { settle } from '../puppet-lane.js';
import { Books } from './books.js';
import { Clients } from './clients.js';
import type { Happening } from './happening.js';
import { look, lookAtEnd } from './invariants.js';
import type { ModelBatch, ModelItem } from './model-item.js';
import { ModelLane } from './model-lane.js';
import { ModelSpeed } from './model-speed.js';
import { lookAtNewBatch } from './new-batch.js';
import { padded } from './padded.js';
import type { World } from './world.js';

/** A batcher on virtual time. After every happening, all invariants are checked. */
export class BatcherModel implements World {
  readonly clock = new ManualClock();
  readonly curve: LatencyCurve;
  readonly lanes: readonly ModelLane[];
  readonly speed = new ModelSpeed();
  readonly clients = new Clients(this);
  readonly books = new Books();
  readonly batcher: Batcher<number, number>;
  limits: BatchLimits;
  isSteady = true;
  isDraining = false;
  /** Drains that were requested and have not ended. */
  drains = 0;
  /** The input of the item that was dispatched last. */
  lastDispatched = -1;
  #violation: string | undefined;
  #next: number;

  constructor(limits: BatchLimits, lanes: number, curve = new LatencyCurve([])) {
    this.limits = limits;
    this.curve = curve;
    this.lanes = Array.from({ length: lanes }, (_, i) => new ModelLane(i, this));
    this.books.lanes = this.lanes;
    this.#next = lanes;
    this.batcher = new Batcher({
      clock: this.clock,
      limits,
      lanes: this.lanes,
      curve,
      observer: this.books,
      release: (input) => this.clients.released(input),
    });
  }

  /** Records the first violation: an exception inside a lane would only fail its batch. */
  readonly check = (isSo: boolean, what: string): void => {
    if (!isSo) this.#violation ??= what;
  };

  /** How long a full batch is expected to run. */
  get fullRunMs(): number {
    const { maxBatchSize, allowedBatchSizes } = this.limits;
    return this.speed.slowdown * this.curve.msOf(padded(maxBatchSize, allowedBatchSizes));
  }

  next(): number {
    return this.#next++;
  }

  itemOf(input: number): ModelItem {
    return this.clients.itemOf(input);
  }

  begin(lane: ModelLane, items: readonly ModelItem[]): ModelBatch {
    lane.conclude();
    lookAtNewBatch(this, lane, items);
    this.speed.dispatched(items.length);
    const { allowedBatchSizes } = this.limits;
    const reason = this.books.lastBatch?.reason ?? 'full';
    const batch: ModelBatch = { items, allowedBatchSizes, reason, runs: [], state: 'running' };
    for (const one of items) one.batch = batch;
    return batch;
  }

  /** Performs a happening and then checks all invariants. */
  async apply(happening: Happening): Promise<void> {
    await this.perform(happening);
    await this.#look();
  }

  /** Drains and lets every lane finish: all items must be settled, each once, and no timer may be left. */
  async end(): Promise<void> {
    await this.apply({ kind: 'drain' });
    this.clients.enqueueAll();
    // A lane may still run a batch whose items are all settled, and a silent lane must be detected.
    const isBusy = () => this.lanes.some(({ batch }) => batch?.state === 'running');
    for (let round = 0; round < 200 && (isBusy() || this.drains > 0); round++) {
      for (const lane of this.lanes) await this.apply({ kind: 'finish', lane: lane.index });
      if (round > 20) await this.apply({ kind: 'advance', ms: 500 });
    }
    lookAtEnd(this);
    await this.#look();
  }

  /** Performs a happening without checks. Returns a promise for the time at which its effects have arrived, if any. */
  perform(happening: Happening): Promise<void> | undefined {
    const { clients, batcher, clock } = this;
    switch (happening.kind) {
      case 'accept':
        clients.accept(happening.natures, happening.timeoutMs);
        break;
      case 'submit':
        clients.enqueueAll(clients.accept(happening.natures, happening.timeoutMs));
        break;
      case 'enqueue':
        clients.enqueue(happening.item);
        break;
      case 'cancel':
        clients.cancel(happening.item);
        break;
      case 'advance':
        clock.advance(happening.ms);
        break;
      case 'serve':
        return this.#serve(happening.ms);
      case 'finish':
      case 'fail':
        return this.#lane(happening.lane).finish(happening.kind === 'fail');
      case 'break':
      case 'mend':
        this.#lane(happening.lane).isBroken = happening.kind === 'break';
        break;
      case 'hang':
        this.#lane(happening.lane).isSilent = true;
        break;
      case 'reconfigure':
        this.limits = happening.limits;
        batcher.reconfigure(happening.limits);
        break;
      case 'drain':
        this.isDraining = true;
        return this.#drain();
      case 'jump':
        this.isSteady = false;
        clock.jump(happening.ms);
        break;
      case 'stop':
        this.isSteady = false;
        clock.standsStill = true;
    }
    return undefined;
  }

  async #drain(): Promise<void> {
    this.drains++;
    void this.batcher.drain().then(() => {
      this.drains--;
    });
  }

  async #serve(ms: number): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += 500) {
      this.clock.advance(500);
      await this.#look();
      for (const { index } of this.lanes) await this.apply({ kind: 'finish', lane: index });
    }
  }

  #lane(index: number): ModelLane {
    return this.lanes[index % this.lanes.length] as ModelLane;
  }

  async #look(): Promise<void> {
    await settle();
    look(this);
    if (this.#violation !== undefined) throw new Error(this.#violation);
  }
}
