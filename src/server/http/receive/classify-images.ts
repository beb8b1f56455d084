import { CancelledError, type Clock, type Millis } from '../../../batcher/index.js';
import { type HeaderLimits, readImageHeader } from '../../../decode/index.js';
import type { CheckedImage, ImageItem, ImageSettlement } from '../../models/classifier.js';
import type { ServedModel } from '../../models/served-model.js';
import { Problem } from '../../problem/problem.js';
import { toProblem } from '../../problem/to-problem.js';
import type { Metrics } from '../../telemetry/metrics.js';
import type { RequestLog } from '../../telemetry/request-log.js';
import type { Exchange } from '../exchange.js';
import type { ImageOutcome } from '../respond/classify-response.js';

export interface ClassifyImagesDeps extends HeaderLimits {
  readonly clock: Clock;
  readonly requestLog: RequestLog;
  readonly metrics: Metrics;
}

/** What is known about a classification request before its body has been read. */
export interface ClassifyRequest {
  readonly exchange: Exchange;
  readonly model: ServedModel;
  /** The time by which all of its images must be settled. */
  readonly deadlineMs: Millis;
}

/**
 * Refuses a request whose images would be refused anyway, so that the client need not upload them.
 *
 * @throws {QueueFullError} {DeadlineExceededError} {EngineUnavailableError} {DrainingError}
 */
export function admitBeforeUpload({ model, deadlineMs }: ClassifyRequest): void {
  counting(model, 1, () => model.classifier.admit(deadlineMs));
}

/**
 * The path of one request's encoded images, for every route that receives them: header check, admission, decoder,
 * batcher, lane. An image that fails the header check keeps its problem; the others are accepted together and settle
 * one by one.
 *
 * @returns one outcome per image, in order
 * @throws {CancelledError} the client has closed its connection
 * @throws as `admitBeforeUpload`, for all images together
 */
export async function classifyEach(
  deps: ClassifyImagesDeps,
  request: ClassifyRequest,
  images: readonly Buffer[],
): Promise<readonly ImageOutcome[]> {
  const checked = images.map((bytes) => checkImage(bytes, deps, request.model));
  const outcomes = await settle(deps.clock, request, checked);
  answered(deps, request, outcomes);
  return outcomes;
}

/**
 * The same for an answer that cannot contain a problem per image: the first problem becomes that of the whole request.
 *
 * @throws {Problem} the first problem of an image; also as `classifyEach`
 */
export async function classifyAll(
  deps: ClassifyImagesDeps,
  request: ClassifyRequest,
  images: readonly Buffer[],
): Promise<readonly ImageSettlement[]> {
  const checked = images.map((bytes) => checkImage(bytes, deps, request.model));
  const settlements = withoutProblems(await settle(deps.clock, request, withoutProblems(checked)));
  answered(deps, request, settlements);
  return settlements;
}

function withoutProblems<T>(all: readonly (T | Problem)[]): T[] {
  return all.map((one) => {
    if (one instanceof Problem) throw one;
    return one;
  });
}

function checkImage(
  bytes: Buffer,
  limits: HeaderLimits,
  { metrics }: ServedModel,
): CheckedImage | Problem {
  try {
    if (bytes.length === 0) throw new Problem('empty_body');
    return { bytes, header: readImageHeader(bytes, limits) };
  } catch (error) {
    const problem = toProblem(error);
    metrics.refused(problem.code, 1);
    return problem;
  }
}

/** Counts the images in the metrics if `admit` refuses them. */
function counting<T>({ metrics }: ServedModel, count: number, admit: () => T): T {
  try {
    return admit();
  } catch (error) {
    metrics.refused(toProblem(error).code, count);
    throw error;
  }
}

async function settle(
  clock: Clock,
  { exchange, model, deadlineMs }: ClassifyRequest,
  checked: readonly (CheckedImage | Problem)[],
): Promise<ImageOutcome[]> {
  const { outgoing, startedMs } = exchange;
  const good = checked.filter((image): image is CheckedImage => !(image instanceof Problem));
  const items = counting(model, good.length, () => model.classifier.accept(good, deadlineMs));
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

/** Logs the request as answered, and measures the time from the last scores until the answer has been sent. */
function answered(
  { clock, metrics, requestLog }: ClassifyImagesDeps,
  { exchange, model }: ClassifyRequest,
  outcomes: readonly ImageOutcome[],
): void {
  requestLog.answered(exchange, outcomes);
  metrics.request('ok');
  const finished = outcomes.map((outcome) => (outcome instanceof Problem ? 0 : outcome.finishedMs));
  const lastMs: Millis = Math.max(...finished);
  if (lastMs <= 0) return;
  exchange.outgoing.once('finish', () => model.metrics.stage('respond', clock.now() - lastMs));
}
