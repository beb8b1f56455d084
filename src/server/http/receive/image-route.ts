import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Config } from '../../config/config.js';
import { type Exchange, openExchange } from '../exchange.js';
import {
  admitBeforeUpload,
  type ClassifyImagesDeps,
  type ClassifyRequest,
} from './classify-images.js';
import { type FindModelDeps, findModel } from './find-model.js';
import { readRequestOptions } from './read-request-options.js';
import { type RefuseDeps, refuse } from './refuse.js';
import type { Upload, UploadBudget } from './upload-budget.js';

export type RouteContext = Context<{ Bindings: HttpBindings }>;

/** What every route that takes images needs. */
export interface ImageRouteDeps extends RefuseDeps, ClassifyImagesDeps, FindModelDeps {
  readonly uploads: UploadBudget;
  /** The limits in force, which change when the configuration is read again. */
  readonly batching: () => Config['batching'];
}

/** Clients of other servers read the text of an error only from a body of this type. */
export const JSON_PROBLEMS = 'application/json';

/**
 * A route that takes images: its requests have a share of the upload budget, and whatever they throw is their answer.
 *
 * @param problemType the Content-Type of errors
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

/** What a route takes beside the body. */
export interface RequestRules {
  /** The model that the path names; without it the first, or that of `?model=`. */
  readonly model?: string | undefined;
  readonly version?: string | undefined;
  /** Query parameters. */
  readonly query: readonly string[];
  readonly mayBeGzip?: boolean;
}

/**
 * Reads all of a request but its body, and refuses it if its images would be refused anyway.
 *
 * @throws {Problem} as `readRequestOptions` and `findModel`; and as `admitBeforeUpload`
 */
export function openRequest(
  deps: ImageRouteDeps,
  c: RouteContext,
  exchange: Exchange,
  { model, version, query: allowed, mayBeGzip }: RequestRules,
): { readonly request: ClassifyRequest; readonly topK: number } {
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
    model: findModel(deps, model ?? query['model'], version),
    deadlineMs: exchange.startedMs + timeoutMs,
  };
  admitBeforeUpload(request);
  return { request, topK };
}
