import { readFileSync } from 'node:fs';
import t from 'tap';
import { logLines } from '../helpers/log-lines.js';
import { startServer } from '../helpers/start-server.js';
import { until } from '../helpers/until.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PRELOAD = `--import ${new URL('../../../test/helpers/preload/print-spans.mjs', import.meta.url)}`;

t.test(
  'an SDK that is loaded before the program gets the spans of the serving process',
  async (t) => {
    const server = startServer(t, [], { NODE_OPTIONS: PRELOAD });
    const url = await server.url;
    const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };
    const body = readFileSync('images/1.jpg');
    const response = await fetch(`${url}/api/classify`, { method: 'POST', body, headers });
    t.equal(response.status, 200);
    await until(() => server.stderr().includes('span POST /api/classify'));
    server.child.kill('SIGTERM');
    t.same(await server.exited, [0, null]);
    const names = [...server.stderr().matchAll(/^span (.*)$/gm)].map(([, name]) => name);
    t.same(names.sort(), [
      'POST /api/classify',
      'batch',
      'decode',
      'infer',
      'queue',
      'receive',
      'respond',
    ]);
    t.match(server.stderr(), /^flushed$/m, 'and none is lost at the end');
    t.match(logLines(server.stdout()), [{ traceId: TRACE, status: 200 }]);
  },
);
