import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { Clock, Millis } from '../../batcher/index.js';
import { arrivedMs } from './arrivals.js';

/** One HTTP exchange: Node's request and response, its id, and when it could first be read. */
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

/** Uses a client's X-Request-Id if it is safe in a log and in a header; otherwise generates one. */
export function requestId({ headers }: IncomingMessage): string {
  const wanted = headers['x-request-id'];
  return typeof wanted === 'string' && /^[\w.-]{1,128}$/.test(wanted) ? wanted : randomUUID();
}
