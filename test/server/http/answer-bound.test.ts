import t from 'tap';
import { answerBound } from '../../../src/server/http/answer-bound.js';

t.test(
  'the nearest of the client’s time, the default and the goal bounds the answer',
  async (t) => {
    const defaultTimeoutMs = 10_000;
    for (const [timeoutMs, latencyGoalMs, boundMs, code] of [
      [undefined, undefined, 10_005, 'overloaded'],
      ['500', undefined, 505, 'deadline_exceeded'],
      ['20000', undefined, 20_005, 'deadline_exceeded'],
      ['500', 400, 405, 'overloaded'],
      ['400', 500, 405, 'deadline_exceeded'],
      ['400', 400, 405, 'overloaded'],
      [undefined, 400, 405, 'overloaded'],
      [undefined, 20_000, 10_005, 'overloaded'],
      ['soon', undefined, 10_005, 'overloaded'],
    ] as const) {
      const bound = answerBound(5, timeoutMs, { defaultTimeoutMs, latencyGoalMs });
      t.same(bound, { boundMs, code }, `${timeoutMs}, ${latencyGoalMs}`);
    }
  },
);
