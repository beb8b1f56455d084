import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { CancelledError, type Clock, type Millis } from '../../../batcher/index.js';
import { readImageHeader } from '../../../decode/index.js';
import type { Config } from '../../config/config.js';
import type { CheckedImage, ImageItem } from '../../models/classifier.js';
import type { ServedModel } from '../../models/served-model.js';
import { Problem } from '../../problem/problem.js';
import { toProblem } from '../../problem/to-problem.js';
import { type Exchange, openExchange } from '../exchange.js';
import { classifyResponse, type ImageOutcome } from '../respond/classify-response.js';
import { type FindModelDeps, findModel } from './find-model.js';
import { readRequestOptions } from './read-request-options.js';
import { receiveImages } from './receive-images.js';
import { type RefuseDeps, refuse } from './refuse.js';
import type { Upload, UploadBudget } from './upload-budget.js';

export interface ClassifyDeps extends RefuseDeps, FindModelDeps {
  readonly clock: Clock;
  readonly uploads: UploadBudget;
  readonly maxPixels: number;
  /** The limits in force, which change when the configuration is read again. */
  readonly batching: () => Config['batching'];
}

/** POST /api/classify: the whole path of a request, receive -> decode -> batcher -> engine -> respond. */
export function classifyRoute(deps: ClassifyDeps) {
  return async function classify(c: Context<{ Bindings: HttpBindings }>): Promise<Response> {
    const exchange = openExchange(c.env, deps.clock);
    const upload = deps.uploads.open();
    try {
      return await answer(deps, exchange, upload, c.req.query());
    } catch (error) {
      return refuse(deps, exchange, error);
    } finally {
      upload.release();
    }
  };
}

async function answer(
  deps: ClassifyDeps,
  exchange: Exchange,
  upload: Upload,
  query: Record<string, string>,
): Promise<Response> {
  const { incoming, startedMs } = exchange;
  const { defaultTimeoutMs, maxQueueSize } = deps.batching();
  const { topK, timeoutMs } = readRequestOptions(
    query['top_k'],
    incoming.headers,
    defaultTimeoutMs,
  );
  const model = findModel(deps, query['model']);
  const deadlineMs = startedMs + timeoutMs;
  // Who would be refused anyway is spared the upload.
  admitting(model, 1, () => model.classifier.admit(deadlineMs));
  const { isForm, images } = await receiveImages(
    exchange,
    upload,
    deps.clock,
    deadlineMs,
    maxQueueSize,
  );
  const checked = images.map((bytes) => checkImage(bytes, deps.maxPixels, model));
  const first = checked[0];
  if (!isForm && first instanceof Problem) throw first;
  const outcomes = await classifyAll(deps, model, exchange, checked, deadlineMs);
  const problem = outcomes.find((outcome) => outcome instanceof Problem);
  if (!isForm && problem) throw problem;
  deps.requestLog.answered(exchange, outcomes);
  deps.metrics.request('ok');
  timeResponse(deps.clock, model, exchange, outcomes);
  const close = deps.lifecycle.isEnding;
  return classifyResponse(outcomes, isForm, {
    exchange,
    topK,
    labelsJson: model.labelsJson,
    close,
  });
}

/** The time from the last image's scores to the last byte handed to the system. */
function timeResponse(
  clock: Clock,
  { metrics }: ServedModel,
  { outgoing }: Exchange,
  outcomes: readonly ImageOutcome[],
): void {
  const finished = outcomes.map((o) => (o instanceof Problem ? 0 : o.finishedMs));
  const lastMs: Millis = Math.max(...finished);
  if (lastMs > 0) outgoing.once('finish', () => metrics.stage('respond', clock.now() - lastMs));
}

function checkImage(
  bytes: Buffer,
  maxPixels: number,
  { metrics }: ServedModel,
): CheckedImage | Problem {
  try {
    if (bytes.length === 0) throw new Problem('empty_body');
    return { bytes, header: readImageHeader(bytes, { maxPixels }) };
  } catch (error) {
    const problem = toProblem(error);
    metrics.refused(problem.code, 1);
    return problem;
  }
}

/** Counts the images that are refused instead of accepted. */
function admitting<T>({ metrics }: ServedModel, count: number, admit: () => T): T {
  try {
    return admit();
  } catch (error) {
    metrics.refused(toProblem(error).code, count);
    throw error;
  }
}

/** Images whose headers failed keep their problem; the others are accepted together and settle each alone. */
async function classifyAll(
  { clock }: ClassifyDeps,
  model: ServedModel,
  { outgoing, startedMs }: Exchange,
  checked: readonly (CheckedImage | Problem)[],
  deadlineMs: number,
): Promise<ImageOutcome[]> {
  const good = checked.filter((image): image is CheckedImage => !(image instanceof Problem));
  const items = admitting(model, good.length, () => model.classifier.accept(good, deadlineMs));
  model.metrics.stage('receive', clock.now() - startedMs);
  const cancel = () => model.classifier.cancel(items);
  outgoing.once('close', cancel);
  let next = 0;
  const outcomes = await Promise.all(
    checked.map((image) =>
      image instanceof Problem ? image : outcomeOf(items[next++] as ImageItem),
    ),
  );
  outgoing.off('close', cancel);
  return outcomes;
}

async function outcomeOf(item: ImageItem): Promise<ImageOutcome> {
  try {
    return await item.settled;
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    return toProblem(error);
  }
}
