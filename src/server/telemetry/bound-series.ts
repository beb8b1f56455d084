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
  readonly #series: { readonly labels: Labels<L>; value: number }[] = [];

  bind(labels: Labels<L>): CounterSeries {
    const series = { labels, value: 0 };
    this.#series.push(series);
    return {
      inc(by = 1) {
        series.value += by;
      },
    };
  }

  /** The values, for prom-client. */
  override async get() {
    return { ...(await super.get()), values: this.#series.map((series) => ({ ...series })) };
  }
}

/** A histogram all of whose series are bound. */
export class BoundHistogram<L extends string> extends Histogram<L> {
  readonly #config: HistogramConfiguration<L>;
  readonly #bounds: readonly number[];
  readonly #series: Observations<L>[] = [];

  /** @param buckets the upper bounds of the buckets, rising */
  constructor(config: HistogramConfiguration<L> & { buckets: number[] }) {
    super(config);
    this.#config = config;
    this.#bounds = config.buckets;
  }

  bind(labels: Labels<L>): HistogramSeries {
    const series = new Observations(labels, this.#bounds);
    this.#series.push(series);
    return series;
  }

  /** The values, for prom-client, which calls this for both of its formats. */
  async getForPromString() {
    const { name, help } = this.#config;
    const values = this.#series.flatMap((series) => series.values(name));
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  }
}

class Observations<L extends string> implements HistogramSeries {
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
