import t from 'tap';
import { traceIdOf } from '../../../src/server/telemetry/trace-id.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

t.test('the trace id of a valid traceparent is found', async (t) => {
  t.equal(traceIdOf(`00-${TRACE}-${SPAN}-01`), TRACE);
  t.equal(traceIdOf(`00-${TRACE}-${SPAN}-00`), TRACE, 'sampled or not');
  t.equal(traceIdOf(`01-${TRACE}-${SPAN}-01`), TRACE, 'a later version');
  t.equal(traceIdOf(`fe-${TRACE}-${SPAN}-01-more`), TRACE, 'with more fields');
});

t.test('what is no traceparent has no trace id', async (t) => {
  for (const header of [
    undefined,
    '',
    TRACE,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}-01-`,
    `00-${TRACE}-${SPAN}-01more`,
    `01-${TRACE}-${SPAN}-01more`,
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE}0-${SPAN}-01`,
    ` 00-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
    [`00-${TRACE}-${SPAN}-01`],
  ]) {
    t.equal(traceIdOf(header), undefined, String(header));
  }
});
