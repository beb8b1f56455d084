import t from 'tap';
import {
  BatchFailedError,
  DeadlineExceededError,
  DrainingError,
  EngineUnavailableError,
  LaneEndedError,
  LaneHungError,
  QueueFullError,
} from '../../../../src/batcher/index.js';
import {
  ImageTooComplexError,
  ImageTooLargeError,
  UndecodableImageError,
} from '../../../../src/decode/header/image-errors.js';
import { ScoresNotFiniteError } from '../../../../src/engine/index.js';
import { PROBLEMS, Problem, problemBody } from '../../../../src/server/problem/problem.js';
import { toProblem } from '../../../../src/server/problem/to-problem.js';

t.test('every error of the path has its problem, and anything else is internal', async (t) => {
  const problem = new Problem('not_found');
  t.equal(toProblem(problem), problem);
  for (const [error, code, status] of [
    [new UndecodableImageError('x'), 'undecodable_image', 400],
    [new ImageTooLargeError('x'), 'image_too_large', 422],
    [new ImageTooComplexError('x'), 'image_too_complex', 422],
    [new QueueFullError(1, 0), 'queue_full', 503],
    [new EngineUnavailableError(1), 'engine_unavailable', 503],
    [new LaneHungError(), 'deadline_exceeded', 504],
    [new LaneEndedError(), 'internal_error', 500],
    [new ScoresNotFiniteError(), 'inference_failed', 500],
    [new DrainingError(), 'draining', 503],
    [new DeadlineExceededError(), 'deadline_exceeded', 504],
    [new BatchFailedError(), 'inference_failed', 500],
    [new Error('secret'), 'internal_error', 500],
    ['secret', 'internal_error', 500],
  ] as const) {
    t.match(toProblem(error), { code, status });
    t.notMatch(problemBody(toProblem(error).code), /secret/);
  }
});

t.test('Retry-After is whole seconds, rounded up, and at least one', async (t) => {
  for (const [ms, seconds] of [
    [0, '1'],
    [1000, '1'],
    [1000.1, '2'],
    [7300, '8'],
  ] as const) {
    t.same(toProblem(new QueueFullError(1, ms)).headers, { 'Retry-After': seconds });
    t.same(toProblem(new EngineUnavailableError(ms)).headers, { 'Retry-After': seconds });
  }
});

t.test('a problem has the members of RFC 9457', async (t) => {
  for (const [code, { status, title, detail }] of Object.entries(PROBLEMS)) {
    t.same(JSON.parse(problemBody(code as keyof typeof PROBLEMS, 'id')), {
      type: `urn:batch-dispatch:problem:${code}`,
      title,
      status,
      detail,
      code,
      error: `${title}. ${detail}`,
      instance: 'id',
    });
  }
});
