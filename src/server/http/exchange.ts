import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { Clock, Millis } from '../../batcher/index.js';
import { arrivedMs } from './arrivals.js';

/** One HTTP exchange: Node's two ends of it, its id, and when it could first be read. */
export interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly id: string;
  readonly startedMs: Millis;
}

export function openExchange({ incoming, outgoing }: HttpBindings, clock: Clock): Exchange {
  const startedMs = arrivedMs(incoming) ?? clock.now();
  return { incoming, outgoing, id: requestId(incoming), startedMs };
}

/** A client's X-Request-Id is kept if it is harmless in a log and in a header; else one is made. */
export function requestId({ headers }: IncomingMessage): string {
  const wanted = headers['x-request-id'];
  return typeof wanted === 'string' && /^[\w.-]{1,128}$/.test(wanted) ? wanted : randomUUID();
}
