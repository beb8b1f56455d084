import type { ImageSettlement } from '../../models/classifier.js';
import type { Exchange } from '../exchange.js';
import { settlementHeaders } from './settlement-headers.js';

export interface SettledFormat {
  readonly exchange: Exchange;
  /** End the connection after the answer. */
  readonly close: boolean;
}

/** 200 with JSON of images that all ended well, and the headers of every classification. */
export function settledResponse(
  json: string,
  settlements: readonly ImageSettlement[],
  { exchange, close }: SettledFormat,
): Response {
  const headers = settlementHeaders(exchange, settlements, close);
  headers['Content-Type'] = 'application/json';
  return new Response(json, { headers });
}
