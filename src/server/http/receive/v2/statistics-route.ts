import { readSeries, type Series } from '../../../telemetry/read-series.js';
import { type FindModelDeps, findModel, listModels, VERSION } from '../find-model.js';

export interface StatisticsDeps extends FindModelDeps {
  /** Metrics of all serving processes, in the Prometheus format. */
  readonly readMetrics: () => Promise<string>;
}

/** GET /v2/models[/{name}]/stats: the metrics of one model or of all models, in the form of Triton's statistics extension. */
export function statisticsRoute(deps: StatisticsDeps) {
  return async function statistics(name?: string, version?: string): Promise<Response> {
    const models = name === undefined ? listModels(deps) : [findModel(deps, name, version)];
    const series = readSeries(await deps.readMetrics());
    return Response.json({ model_stats: models.map((model) => statsOf(model.name, series)) });
  };
}

function statsOf(model: string, all: readonly Series[]) {
  const series = all.filter(({ labels }) => labels.get('model') === model);
  const valueAt = (name: string, label?: string, value?: string) =>
    series.find((one) => one.name === name && (!label || one.labels.get(label) === value))?.value ??
    0;
  const ok = valueAt('batch_dispatch_items_settled_total', 'outcome', 'ok');
  const accepted = valueAt('batch_dispatch_items_accepted_total');
  const unsettled = valueAt('batch_dispatch_items_in_progress');
  const secondsOf = (stage: string) => valueAt('batch_dispatch_stage_seconds_sum', 'stage', stage);
  const [decode, queue, infer] = [secondsOf('decode'), secondsOf('queue'), secondsOf('infer')];
  const runs = series.filter(({ name }) => name === 'batch_dispatch_runs_total');
  const none = duration(0, 0);
  return {
    name: model,
    version: VERSION,
    last_inference: Math.round(1000 * valueAt('batch_dispatch_last_inference_timestamp_seconds')),
    inference_count: ok,
    execution_count: runs.reduce((sum, { value }) => sum + value, 0),
    inference_stats: {
      success: duration(ok, decode + queue + infer),
      // The metrics count these images but do not time them.
      fail: duration(accepted - unsettled - ok, 0),
      queue: duration(ok, queue),
      compute_input: duration(ok, decode),
      compute_infer: duration(ok, infer),
      // The graph computes the final scores, so there is no step after it.
      compute_output: duration(ok, 0),
      cache_hit: none,
      cache_miss: none,
    },
    batch_stats: runs.map(({ labels, value }) => ({
      batch_size: Number(labels.get('size')),
      compute_input: duration(value, 0),
      compute_infer: duration(
        value,
        valueAt('batch_dispatch_run_seconds_total', 'size', labels.get('size')),
      ),
      compute_output: duration(value, 0),
    })),
  };
}

function duration(count: number, seconds: number) {
  return { count, ns: Math.round(seconds * 1e9) };
}
