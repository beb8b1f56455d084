import type { MetricsJson } from './process-messages.js';

interface Metric {
  readonly values: readonly { readonly value: number }[];
}

/** Sums of multiples of 2^-20 are exact up to 2^33. */
const STEPS = 2 ** 20;

/**
 * Rounds all values to about a millionth, so that their sums are the same in any order. Otherwise, after the end of a
 * process, a sum of seconds could be lower in the last digit, and Prometheus would take that for a restart from 0.
 */
export function exactValues(metrics: MetricsJson): MetricsJson {
  return (metrics as readonly Metric[]).map((metric) => ({
    ...metric,
    values: metric.values.map((one) => ({
      ...one,
      value: Math.round(one.value * STEPS) / STEPS,
    })),
  }));
}
