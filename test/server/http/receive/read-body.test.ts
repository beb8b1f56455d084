import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import t from 'tap';
import {
  breakOff,
  ClientGoneError,
  readBody,
} from '../../../../src/server/http/receive/read-body.js';
import { UploadBudget } from '../../../../src/server/http/receive/upload-budget.js';
import { Problem } from '../../../../src/server/problem/problem.js';

function openBody() {
  const incoming = new IncomingMessage(new Socket());
  const upload = new UploadBudget({ maxBodyBytes: 4096, maxUploadBytes: 4096 }).open();
  return { incoming, read: () => readBody(incoming, upload) };
}

t.test('a body that is broken off', async (t) => {
  for (const when of ['before anybody reads it', 'while it is read'] as const) {
    const { incoming, read } = openBody();
    const problem = new Problem('draining');
    const early = when === 'before anybody reads it';
    if (early) breakOff(incoming, problem);
    const body = read();
    if (!early) breakOff(incoming, problem);
    breakOff(incoming, new Problem('deadline_exceeded'));
    await t.rejects(body, problem, `${when}: the first reason is the answer`);
  }
});

t.test('a client that is gone', async (t) => {
  for (const early of [true, false]) {
    const { incoming, read } = openBody();
    if (early) await once(incoming.destroy(), 'close');
    const body = read();
    if (!early) incoming.destroy();
    await t.rejects(body, ClientGoneError, early ? 'before anybody reads' : 'while it is read');
  }
});

t.test('a whole body that arrived before anybody read it', async (t) => {
  const { incoming, read } = openBody();
  incoming.push(Buffer.from('ab'));
  incoming.push(Buffer.from('c'));
  incoming.push(null);
  t.equal(String(await read()), 'abc');
});
