import { CancelledError, type Clock, type Millis } from '../../../batcher/index.js';
import {
  type HeaderLimits,
  type Walk,
  walkImageHeader,
  walkInTurns,
} from '../../../decode/index.js';
import type {
  CheckedImage,
  ImageItem,
  ImageSettlement,
  RequestTimes,
} from '../../models/classifier.js';
import type { ServedModel } from '../../models/served-model.js';
import { Problem } from '../../problem/problem.js';
import { toProblem } from '../../problem/to-problem.js';
import type { Metrics } from '../../telemetry/metrics.js';
import type { RequestLog } from '../../telemetry/request-log.js';
import type { Exchange } from '../exchange.js';
import { expectedWaitMs } from '../request-queue.js';
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
  /** Whether the answer contains the score of every class. */
  readonly allScores?: boolean;
}

/**
 * Refuses a request whose images would be refused anyway, so that the client need not upload them.
 *
 * @throws as Classifier.admit
 */
export function admitBeforeUpload(request: ClassifyRequest): void {
  const { exchange, model } = request;
  const { incoming } = exchange;
  const bytes = Number(incoming.headers['content-length'] ?? 0);
  const waitMs = expectedWaitMs(incoming);
  counting(model, 1, () => model.classifier.admit(bytes, timesOf(request), waitMs));
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
  const checked = await walkInTurns(checkImages(images, deps, request.model));
  const good = checked.filter((image): image is CheckedImage => !(image instanceof Problem));
  const settled = await accept(deps, request, good);
  let next = 0;
  const outcomes = checked.map((image) =>
    image instanceof Problem ? image : (settled[next++] as ImageOutcome),
  );
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
  const checked = await walkInTurns(checkImages(images, deps, request.model));
  const settlements = withoutProblems(await accept(deps, request, withoutProblems(checked)));
  answered(deps, request, settlements);
  return settlements;
}

/**
 * The same for images that are already decoded and have the model's size. They go straight into the batcher.
 *
 * @param images each height * width * 3 bytes, red, green and blue
 * @throws {Problem} the first problem of an image; also as `classifyEach`
 */
export async function classifyPixels(
  deps: ClassifyImagesDeps,
  request: ClassifyRequest,
  images: readonly Uint8Array[],
): Promise<readonly ImageSettlement[]> {
  const { model, allScores = false } = request;
  const settlements = withoutProblems(
    await settle(deps, request, images.length, () =>
      model.classifier.acceptPixels(images, timesOf(request), allScores),
    ),
  );
  answered(deps, request, settlements);
  return settlements;
}

function accept(
  deps: ClassifyImagesDeps,
  request: ClassifyRequest,
  images: readonly CheckedImage[],
): Promise<ImageOutcome[]> {
  const { model, allScores = false } = request;
  return settle(deps, request, images.length, () =>
    model.classifier.accept(images, timesOf(request), allScores),
  );
}

function timesOf({ exchange, deadlineMs }: ClassifyRequest): RequestTimes {
  return { startedMs: exchange.startedMs, deadlineMs };
}

function withoutProblems<T>(all: readonly (T | Problem)[]): T[] {
  return all.map((one) => {
    if (one instanceof Problem) throw one;
    return one;
  });
}

function* checkImages(
  images: readonly Buffer[],
  limits: HeaderLimits,
  model: ServedModel,
): Walk<(CheckedImage | Problem)[]> {
  const checked: (CheckedImage | Problem)[] = [];
  for (const bytes of images) {
    if (checked.length > 0) yield;
    checked.push(yield* checkImage(bytes, limits, model));
  }
  return checked;
}

function* checkImage(
  bytes: Buffer,
  limits: HeaderLimits,
  { metrics }: ServedModel,
): Walk<CheckedImage | Problem> {
  try {
    if (bytes.length === 0) throw new Problem('empty_body');
    return { bytes, header: yield* walkImageHeader(bytes, limits, 'scan') };
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

/** @param accept all items of the request, or an error for all */
async function settle(
  { clock }: ClassifyImagesDeps,
  { exchange, model }: ClassifyRequest,
  count: number,
  accept: () => readonly ImageItem[],
): Promise<ImageOutcome[]> {
  const { outgoing, startedMs } = exchange;
  const items = counting(model, count, accept);
  model.metrics.stage('receive', clock.now() - startedMs);
  const cancel = () => model.classifier.cancel(items);
  outgoing.once('close', cancel);
  const outcomes = await Promise.all(items.map(outcomeOf));
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

/** Logs the request as answered, and measures how long it took once its answer has been sent. */
function answered(
  { clock, metrics, requestLog }: ClassifyImagesDeps,
  { exchange, model }: ClassifyRequest,
  outcomes: readonly ImageOutcome[],
): void {
  requestLog.answered(exchange, outcomes);
  metrics.request('ok');
  const finished = outcomes.map((outcome) => (outcome instanceof Problem ? 0 : outcome.finishedMs));
  const lastMs: Millis = Math.max(...finished);
  exchange.outgoing.once('finish', () => {
    const now = clock.now();
    model.metrics.answered(now - exchange.startedMs);
    if (lastMs > 0) model.metrics.stage('respond', now - lastMs);
  });
}
