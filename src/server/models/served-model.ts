import type { Logger } from 'pino';
import {
  Batcher,
  type BatchLane,
  type BatchLimits,
  type LatencyCurve,
} from '../../batcher/index.js';
import type { DecodePool } from '../../decode/index.js';
import { type ImageInput, type LaneImage, pixelsOf, type Scores } from '../../engine/index.js';
import type { Lifecycle } from '../lifecycle.js';
import { systemClock } from '../system-clock.js';
import type { Metrics } from '../telemetry/metrics.js';
import { ModelMetrics } from '../telemetry/model-metrics.js';
import { Classifier, type LatencyBounds } from './classifier.js';
import type { ModelDescription } from './model-description.js';
import { watchLanes } from './watch-lanes.js';

/** A warm model that answers requests, with its own batcher and lanes. */
export interface ServedModel {
  readonly name: string;
  readonly classifier: Classifier;
  readonly batcher: Batcher<LaneImage, Scores>;
  readonly metrics: ModelMetrics;
  /** The input that the model requires. */
  readonly input: ImageInput;
  /** The label of each class, in the order of the classes. */
  readonly labels: readonly string[];
  /** The same labels as JSON strings. */
  readonly labelsJson: readonly string[];
  readonly describe: () => ModelDescription;
  /** Applies the current limits. */
  readonly reconfigure: () => void;
}

/** What all models of a process share. */
export interface ModelDependencies {
  readonly decodePool: DecodePool;
  readonly lifecycle: Lifecycle;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Called when a lane hangs, which this process cannot stop. */
  readonly hung: () => void;
}

export interface ServedModelParts {
  readonly name: string;
  readonly input: ImageInput;
  readonly labels: readonly string[];
  readonly lanes: readonly BatchLane<LaneImage, Scores>[];
  /** The name of each lane in the metrics. */
  readonly laneNames: readonly string[];
  readonly curve?: LatencyCurve;
  /** Returns the current limits. */
  readonly limits: () => BatchLimits & LatencyBounds;
  readonly describe: () => ModelDescription;
}

/** Creates a batcher over a model's lanes and connects it to the metrics, the log and the health checks. */
export function createServedModel(
  parts: ServedModelParts,
  dependencies: ModelDependencies,
): ServedModel {
  const { name, input, labels, lanes, laneNames, curve, limits, describe } = parts;
  const { decodePool, lifecycle, logger, hung } = dependencies;
  const metrics = new ModelMetrics(name, dependencies.metrics);
  const batcher = new Batcher<LaneImage, Scores>({
    clock: systemClock,
    limits: limits(),
    lanes,
    ...(curve ? { curve } : {}),
    release: (image) => decodePool.recycle(pixelsOf(image)),
    observer: watchLanes({ model: name, names: laneNames, metrics, lifecycle, logger, hung }),
  });
  dependencies.metrics.watch(name, batcher);
  const classifier = new Classifier({
    batcher,
    decodePool,
    input,
    clock: systemClock,
    bounds: limits,
  });
  const labelsJson = labels.map((label) => JSON.stringify(label));
  const reconfigure = () => batcher.reconfigure(limits());
  return { name, classifier, batcher, metrics, input, labels, labelsJson, describe, reconfigure };
}
