import type { ImageSettlement } from '../../models/classifier.js';
import type { Exchange } from '../exchange.js';
import { settlementHeaders } from './settlement-headers.js';

export interface SettledFormat {
  readonly exchange: Exchange;
  /** Whether the connection ends after the answer. */
  readonly close: boolean;
}

/** 200 with JSON about images that all succeeded, and the headers that every classification has. */
export function settledResponse(
  json: string,
  settlements: readonly ImageSettlement[],
  { exchange, close }: SettledFormat,
): Response {
  const headers = settlementHeaders(exchange, settlements, close);
  headers['Content-Type'] = 'application/json';
  return new Response(json, { headers });
}
