import type { ImageSettlement } from '../../models/classifier.js';
import { Problem, problemBody } from '../../problem/problem.js';
import type { Exchange } from '../exchange.js';
import { predictionsJson } from './predictions-json.js';
import { settlementHeaders } from './settlement-headers.js';

/** The result of one image: its settlement or its problem. */
export type ImageOutcome = ImageSettlement | Problem;

export interface AnswerFormat {
  readonly exchange: Exchange;
  readonly topK: number;
  readonly labelsJson: readonly string[];
  /** Whether to close the connection after the answer. */
  readonly close: boolean;
}

/**
 * 200 with the predictions for one raw image; or, for a form, an array in the order of its images, with predictions
 * or an error for each.
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
  const headers = settlementHeaders(format.exchange, outcomes, format.close);
  headers['Content-Type'] = 'application/json';
  return new Response(isForm ? `[${json.join(',')}]` : json.join(''), { headers });
}
