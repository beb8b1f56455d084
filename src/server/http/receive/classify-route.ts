import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Config } from '../../config/config.js';
import { type Exchange, openExchange } from '../exchange.js';
import { classifyResponse } from '../respond/classify-response.js';
import {
  admitBeforeUpload,
  type ClassifyImagesDeps,
  classifyAll,
  classifyEach,
} from './classify-images.js';
import { type FindModelDeps, findModel } from './find-model.js';
import { readRequestOptions } from './read-request-options.js';
import { receiveImages } from './receive-images.js';
import { type RefuseDeps, refuse } from './refuse.js';
import type { Upload, UploadBudget } from './upload-budget.js';

export interface ClassifyDeps extends RefuseDeps, ClassifyImagesDeps, FindModelDeps {
  readonly uploads: UploadBudget;
  /** The current limits, which change when the configuration is reloaded. */
  readonly batching: () => Config['batching'];
}

const QUERY = ['model', 'top_k'];

/** POST /api/classify: the whole path of a request, receive -> decode -> batcher -> engine -> respond. */
export function classifyRoute(deps: ClassifyDeps) {
  return async function classify(c: Context<{ Bindings: HttpBindings }>): Promise<Response> {
    const exchange = openExchange(c.env, deps.clock);
    const upload = deps.uploads.open();
    try {
      return await answer(deps, exchange, upload, c.req.query());
    } catch (error) {
      return refuse(deps, exchange, error);
    } finally {
      upload.release();
    }
  };
}

async function answer(
  deps: ClassifyDeps,
  exchange: Exchange,
  upload: Upload,
  query: Record<string, string>,
): Promise<Response> {
  const { incoming, startedMs } = exchange;
  const { defaultTimeoutMs, maxQueueSize } = deps.batching();
  const { topK, timeoutMs } = readRequestOptions(query, QUERY, incoming.headers, defaultTimeoutMs);
  const model = findModel(deps, query['model']);
  const request = { exchange, model, deadlineMs: startedMs + timeoutMs };
  admitBeforeUpload(request);
  const { isForm, images } = await receiveImages(
    exchange,
    upload,
    deps.clock,
    request.deadlineMs,
    maxQueueSize,
  );
  const classify = isForm ? classifyEach : classifyAll;
  const outcomes = await classify(deps, request, images);
  const close = deps.lifecycle.isEnding;
  return classifyResponse(outcomes, isForm, {
    exchange,
    topK,
    labelsJson: model.labelsJson,
    close,
  });
}
