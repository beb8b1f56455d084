import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Config } from '../../config/config.js';
import { type Exchange, openExchange } from '../exchange.js';
import {
  admitBeforeUpload,
  announcementOf,
  type ClassifyImagesDeps,
  type ClassifyRequest,
} from './classify-images.js';
import { type FindModelDeps, findModel } from './find-model.js';
import { maxImages } from './max-images.js';
import { readRequestOptions } from './read-request-options.js';
import { type RefuseDeps, refuse } from './refuse.js';
import type { RequestQueue } from '../request-queue.js';
import type { Upload, UploadBudget } from './upload-budget.js';

export type RouteContext = Context<{ Bindings: HttpBindings }>;

/** The dependencies of every route that accepts images. */
export interface ImageRouteDeps extends RefuseDeps, ClassifyImagesDeps, FindModelDeps {
  readonly uploads: UploadBudget;
  /** Where requests wait for the main thread. */
  readonly queue: RequestQueue;
  /** The limits in force, which change when the configuration is read again. */
  readonly batching: () => Config['batching'];
}

/** The clients of some servers read the text of an error only if the body has this type. */
export const JSON_PROBLEMS = 'application/json';

/**
 * Makes a route that accepts images. Each request gets a part of the upload budget, and an error that `answer` throws becomes
 * the response.
 *
 * @param problemType the Content-Type of error responses
 */
export function imageRoute(
  deps: ImageRouteDeps,
  answer: (c: RouteContext, exchange: Exchange, upload: Upload) => Promise<Response>,
  problemType?: string,
) {
  return async function route(c: RouteContext): Promise<Response> {
    const exchange = openExchange(c.env, deps.clock);
    const upload = deps.uploads.open();
    try {
      return await answer(c, exchange, upload);
    } catch (error) {
      return refuse(deps, exchange, error, problemType);
    } finally {
      upload.release();
    }
  };
}

/** What a route accepts apart from the body. */
export interface RequestRules {
  /** The model that the path names. If it names none, `?model=` or the first model counts. */
  readonly model?: string | undefined;
  readonly version?: string | undefined;
  /** The query parameters that the route accepts. */
  readonly query: readonly string[];
  readonly mayBeGzip?: boolean;
}

/**
 * Reads everything of a request except its body, and refuses it if its images would be refused anyway. Resolves when the
 * main thread has time for its body.
 *
 * @throws {Problem} as `readRequestOptions`, `findModel` and `admitBeforeUpload`
 */
export async function openRequest(
  deps: ImageRouteDeps,
  c: RouteContext,
  exchange: Exchange,
  { model, version, query: allowed, mayBeGzip }: RequestRules,
): Promise<{ readonly request: ClassifyRequest; readonly topK: number }> {
  const query = c.req.query();
  const { headers } = exchange.incoming;
  const { defaultTimeoutMs } = deps.batching();
  const { topK, timeoutMs } = readRequestOptions(
    query,
    allowed,
    headers,
    defaultTimeoutMs,
    mayBeGzip,
  );
  const request = {
    exchange,
    model: findModel(deps, model ?? query['model'], version, exchange.outgoing),
    deadlineMs: exchange.startedMs + timeoutMs,
  };
  const { queue } = deps;
  const announcement = announcementOf(request, maxImages(deps.batching()));
  admitBeforeUpload(request, announcement, queue.waitMs);
  if (queue.isLate) {
    // Until then, its images are work ahead of others.
    const takeBack = request.model.classifier.announce(announcement);
    await queue.turn();
    takeBack();
  }
  return { request, topK };
}
