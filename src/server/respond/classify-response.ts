import type { ImageSettlement } from '../classifier.js';
import type { Exchange } from '../receive/exchange.js';
import { predictionsJson } from './predictions-json.js';
import { Problem, problemBody } from './problem.js';
import { serverTiming, stageTimes } from './timing-headers.js';

/** What became of one image. */
export type ImageOutcome = ImageSettlement | Problem;

export interface AnswerFormat {
  readonly exchange: Exchange;
  readonly topK: number;
  readonly labelsJson: readonly string[];
  /** End the connection after the answer. */
  readonly close: boolean;
}

/**
 * 200 with the predictions of one raw image, or, for a form, an array in the order of its images, each with its
 * own predictions or error.
 */
export function classifyResponse(
  outcomes: readonly ImageOutcome[],
  isForm: boolean,
  format: AnswerFormat,
): Response {
  const json = outcomes.map((outcome) => {
    if (outcome instanceof Problem) return `{"error":${problemBody(outcome.code)}}`;
    const predictions = predictionsJson(outcome.output, format.labelsJson, format.topK);
    return isForm ? `{"predictions":${predictions}}` : predictions;
  });
  return respond(isForm ? `[${json.join(',')}]` : json.join(''), outcomes, format);
}

/** Headers have one value an image, in order; an image without an answer has "-". */
function respond(json: string, outcomes: readonly ImageOutcome[], format: AnswerFormat): Response {
  const { id, startedMs } = format.exchange;
  const each = (value: (settlement: ImageSettlement) => string) =>
    outcomes.map((outcome) => (outcome instanceof Problem ? '-' : value(outcome))).join(', ');
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'Server-Timing': each((settlement) => serverTiming(stageTimes(startedMs, settlement))),
    'X-Batch-Size': each(({ batchSize }) => String(batchSize)),
    'X-Batch-Reason': each(({ reason }) => reason),
    'X-Request-Id': id,
  };
  if (format.close) headers['Connection'] = 'close';
  return new Response(json, { status: 200, headers });
}
