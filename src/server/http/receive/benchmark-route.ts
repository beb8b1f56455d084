import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Batcher, Clock } from '../../../batcher/index.js';
import type { LaneImage, Scores } from '../../../engine/index.js';
import type { Config } from '../../config/config.js';
import { Problem } from '../../problem/problem.js';
import { openExchange } from '../exchange.js';
import { settlementHeaders } from '../respond/settlement-headers.js';
import { type FindModelDeps, findModel } from './find-model.js';
import { letGoOfBody } from './let-go-of-body.js';
import { type RefuseDeps, refuse } from './refuse.js';

export interface BenchmarkDeps extends RefuseDeps, FindModelDeps {
  readonly clock: Clock;
  readonly batching: () => Config['batching'];
  /** Opened by the first request, because most servers never get one. After a failure, the next request tries again. */
  readonly nullBatcher: () => Promise<Batcher<LaneImage, Scores>>;
}

const PIXEL = new Uint8Array(3);

/**
 * /benchmark, with any method: answers an empty 200 after one pixel has gone through a batcher and a lane with a
 * do-nothing model. This is the cost of everything but decoding and copying pixels.
 */
export function benchmarkRoute(deps: BenchmarkDeps) {
  return async function benchmark(c: Context<{ Bindings: HttpBindings }>): Promise<Response> {
    const exchange = openExchange(c.env, deps.clock);
    try {
      // Throws if this process takes no requests.
      findModel(deps);
      const batcher = await opened(deps);
      const deadlineMs = exchange.startedMs + deps.batching().defaultTimeoutMs;
      const [item] = batcher.accept(1, deadlineMs);
      if (!item) throw new Error('no item. This is a bug.');
      batcher.enqueue(item, PIXEL);
      const settlement = await item.settled;
      deps.requestLog.answered(exchange, [settlement]);
      deps.metrics.request('ok');
      const mustClose = letGoOfBody(exchange.incoming) || deps.lifecycle.isEnding;
      const headers = settlementHeaders(exchange, [settlement], mustClose);
      headers['Content-Length'] = '0';
      return new Response(null, { headers });
    } catch (error) {
      return refuse(deps, exchange, error);
    }
  };
}

async function opened({ nullBatcher }: BenchmarkDeps): Promise<Batcher<LaneImage, Scores>> {
  try {
    return await nullBatcher();
  } catch (cause) {
    throw new Problem('engine_unavailable', {}, { cause });
  }
}
