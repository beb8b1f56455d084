/** How long this page waits for the metrics and for the description of a model. */
const TIMEOUT_MS = 5000;

/** @typedef {{ readonly confidence: number, readonly label: string }} Prediction */

/**
 * @typedef {object} Answer
 * @property {readonly Prediction[]} predictions best first
 * @property {string} serverTiming the header Server-Timing
 * @property {number} batchSize
 * @property {string} batchReason
 * @property {string} requestId
 * @property {number} totalMs from when the request was sent until its answer had arrived
 */

/** The server refused a request, or did not answer. */
export class RefusedError extends Error {
  /** @type {string | undefined} the code of the server's error */
  code;
  /** @type {number | undefined} */
  status;
  /** @type {string} what to do */
  detail;
  /** @type {number | undefined} */
  retryAfterSeconds;

  /**
   * @param {string} title
   * @param {string} detail
   * @param {{ code?: string, status?: number, retryAfterSeconds?: number | undefined }} [more]
   */
  constructor(title, detail, { code, status, retryAfterSeconds } = {}) {
    super(title);
    this.detail = detail;
    this.code = code;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * @returns {Promise<string[]>} the names of the models
 * @throws {RefusedError}
 */
export async function listModels() {
  const { models } = await (await get('v2/models')).json();
  return models;
}

/**
 * @param {string} model
 * @returns {Promise<{ input: { width: number, height: number }, labels: number, provider: string, device: string, lanes: number, batching: { maxBatchSize: number } }>}
 * @throws {RefusedError}
 */
export async function describeModel(model) {
  return (await get(`v2/models/${encodeURIComponent(model)}`)).json();
}

/**
 * @returns {Promise<string>} in the format of Prometheus
 * @throws {RefusedError}
 */
export async function readMetrics() {
  return (await get('metrics')).text();
}

/**
 * @param {string} model
 * @param {Blob} image
 * @returns {Promise<Answer>}
 * @throws {RefusedError}
 */
export async function classify(model, image) {
  const startedMs = performance.now();
  const path = `api/classify?model=${encodeURIComponent(model)}`;
  const response = await ask(path, { method: 'POST', body: image });
  const predictions = await response.json();
  const totalMs = performance.now() - startedMs;
  /** @param {string} name */
  const header = (name) => response.headers.get(name) ?? '';
  return {
    predictions,
    serverTiming: header('Server-Timing'),
    batchSize: Number(header('X-Batch-Size')),
    batchReason: header('X-Batch-Reason'),
    requestId: header('X-Request-Id'),
    totalMs,
  };
}

/** @param {string} path */
function get(path) {
  return ask(path, { signal: AbortSignal.timeout(TIMEOUT_MS) });
}

/**
 * @param {string} path relative to this page, which a proxy may serve under another path
 * @param {RequestInit} init
 */
async function ask(path, init) {
  const response = await fetch(path, init).catch(() => undefined);
  if (response === undefined) {
    throw new RefusedError(
      'No answer has come',
      'The server cannot be reached, or it closed the connection, as it may if an image is larger than server.maxBodyBytes allows.',
    );
  }
  if (response.ok) return response;
  const { status } = response;
  const problem = await response.json().catch(() => undefined);
  if (typeof problem?.code !== 'string') {
    throw new RefusedError(
      `The answer has the status ${status}`,
      'It does not have the form of this server: a proxy may have given it.',
      { status },
    );
  }
  const { title, detail, code } = problem;
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const retryAfterSeconds = Number.isNaN(retryAfter) ? undefined : retryAfter;
  throw new RefusedError(title, detail, { code, status, retryAfterSeconds });
}
