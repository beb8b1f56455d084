import type { Context } from 'hono';
import type { HttpBindings } from '@hono/node-server';
import { CancelledError, type Clock } from '../../batcher/index.js';
import type { CheckedImage, Classifier, ImageItem } from '../classifier.js';
import { readImageHeader } from '../decode/header/read-image-header.js';
import type { Lifecycle } from '../lifecycle.js';
import type { RequestLog } from '../request-log.js';
import { classifyResponse, type ImageOutcome } from '../respond/classify-response.js';
import { Problem } from '../respond/problem.js';
import { toProblem } from '../respond/to-problem.js';
import { type Exchange, openExchange } from './exchange.js';
import { refuse } from './refuse.js';
import { readRequestOptions } from './read-request-options.js';
import { receiveImages } from './receive-images.js';

export interface ClassifyDeps {
  readonly clock: Clock;
  readonly lifecycle: Lifecycle;
  readonly requestLog: RequestLog;
  readonly maxBodyBytes: number;
  readonly maxPixels: number;
  readonly defaultTimeoutMs: number;
}

/** POST /api/classify: the whole path of a request, receive -> decode -> batcher -> engine -> respond. */
export function classifyRoute(deps: ClassifyDeps) {
  return async function classify(c: Context<{ Bindings: HttpBindings }>): Promise<Response> {
    const exchange = openExchange(c.env, deps.clock);
    try {
      return await answer(deps, exchange, c.req.query('top_k'));
    } catch (error) {
      return refuse(deps, exchange, error);
    }
  };
}

async function answer(
  deps: ClassifyDeps,
  exchange: Exchange,
  topKQuery: string | undefined,
): Promise<Response> {
  const { incoming, startedMs } = exchange;
  const { topK, timeoutMs } = readRequestOptions(
    topKQuery,
    incoming.headers,
    deps.defaultTimeoutMs,
  );
  const service = deps.lifecycle.service();
  const deadlineMs = startedMs + timeoutMs;
  const { isForm, images } = await receiveImages(
    exchange,
    deps.maxBodyBytes,
    deps.clock,
    deadlineMs,
  );
  const checked = images.map((bytes) => checkImage(bytes, deps.maxPixels));
  const first = checked[0];
  if (!isForm && first instanceof Problem) throw first;
  const outcomes = await classifyAll(service.classifier, exchange, checked, deadlineMs);
  const problem = outcomes.find((outcome) => outcome instanceof Problem);
  if (!isForm && problem) throw problem;
  deps.requestLog.answered(exchange, outcomes);
  const close = deps.lifecycle.isDraining;
  return classifyResponse(outcomes, isForm, {
    exchange,
    topK,
    labelsJson: service.labelsJson,
    close,
  });
}

function checkImage(bytes: Buffer, maxPixels: number): CheckedImage | Problem {
  if (bytes.length === 0) return new Problem('empty_body');
  try {
    return { bytes, header: readImageHeader(bytes, { maxPixels }) };
  } catch (error) {
    return toProblem(error);
  }
}

/** Images whose headers failed keep their problem; the others are accepted together and settle each alone. */
async function classifyAll(
  classifier: Classifier,
  { outgoing }: Exchange,
  checked: readonly (CheckedImage | Problem)[],
  deadlineMs: number,
): Promise<ImageOutcome[]> {
  const good = checked.filter((image): image is CheckedImage => !(image instanceof Problem));
  const items = classifier.accept(good, deadlineMs);
  const cancel = () => classifier.cancel(items);
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
    const settlement = await item.settled;
    // A score that is not a number would poison the JSON; it is this image's failure alone.
    return settlement.output.confidence.every(Number.isFinite)
      ? settlement
      : new Problem('inference_failed');
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    return toProblem(error);
  }
}
