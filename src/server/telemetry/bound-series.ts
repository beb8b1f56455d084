import { Counter, Histogram, type HistogramConfiguration } from 'prom-client';

// prom-client looks up the series of every event by its labels, even if the labels were bound. An image has ten events,
// so here a series is looked up once, when it is bound. From then on it exists, with the value 0 before its first event.

type Labels<L extends string> = Readonly<Record<L, string | number>>;

/** One series of a counter. */
export interface CounterSeries {
  inc(by?: number): void;
}

/** One series of a histogram. */
export interface HistogramSeries {
  observe(value: number): void;
}

/** A counter all of whose series are bound. */
export class BoundCounter<L extends string> extends Counter<L> {
  readonly #series = new SeriesSet<L, CountedSeries<L>>((labels) => new CountedSeries(labels));

  bind(labels: Labels<L>): CounterSeries {
    return this.#series.bind(labels);
  }

  /** The values, for prom-client. */
  override async get() {
    const values = this.#series.all.map(({ labels, value }) => ({ labels, value }));
    return { ...(await super.get()), values };
  }
}

/** A histogram all of whose series are bound. */
export class BoundHistogram<L extends string> extends Histogram<L> {
  readonly #config: HistogramConfiguration<L>;
  readonly #series: SeriesSet<L, ObservedSeries<L>>;

  /** @param buckets the upper bounds of the buckets, rising */
  constructor(config: HistogramConfiguration<L> & { buckets: number[] }) {
    super(config);
    this.#config = config;
    const { buckets } = config;
    this.#series = new SeriesSet((labels) => new ObservedSeries(labels, buckets));
  }

  bind(labels: Labels<L>): HistogramSeries {
    return this.#series.bind(labels);
  }

  /** The values, for prom-client, which calls this for both of its formats. */
  async getForPromString() {
    const { name, help } = this.#config;
    const values = this.#series.all.flatMap((series) => series.values(name));
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  }
}

/** Series by their labels; binding the same labels again finds the same series. */
class SeriesSet<L extends string, S> {
  readonly #create: (labels: Labels<L>) => S;
  readonly #byLabels = new Map<string, S>();

  constructor(create: (labels: Labels<L>) => S) {
    this.#create = create;
  }

  get all(): readonly S[] {
    return [...this.#byLabels.values()];
  }

  bind(labels: Labels<L>): S {
    const key = JSON.stringify(labels);
    const series = this.#byLabels.get(key) ?? this.#create(labels);
    this.#byLabels.set(key, series);
    return series;
  }
}

class CountedSeries<L extends string> implements CounterSeries {
  readonly labels: Labels<L>;
  value = 0;

  constructor(labels: Labels<L>) {
    this.labels = labels;
  }

  inc(by = 1): void {
    this.value += by;
  }
}

class ObservedSeries<L extends string> implements HistogramSeries {
  readonly #labels: Labels<L>;
  readonly #bounds: readonly number[];
  /** The observations in each bucket; the last one has no bound. */
  readonly #counts: number[];
  #sum = 0;

  constructor(labels: Labels<L>, bounds: readonly number[]) {
    this.#labels = labels;
    this.#bounds = bounds;
    this.#counts = new Array(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (value > Number(this.#bounds[bucket])) bucket++;
    this.#counts[bucket] = Number(this.#counts[bucket]) + 1;
    this.#sum += value;
  }

  /** In prom-client's form, which keeps `le` apart from the labels that all values share. */
  values(name: string) {
    const sharedLabels = this.#labels;
    let count = 0;
    const buckets = this.#counts.map((inBucket, i) => {
      count += inBucket;
      const le = this.#bounds[i] ?? '+Inf';
      return { metricName: `${name}_bucket`, labels: { le }, sharedLabels, value: count };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels: {}, sharedLabels, value: this.#sum },
      { metricName: `${name}_count`, labels: {}, sharedLabels, value: count },
    ];
  }
}
