import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import t from 'tap';
import { unreadMs } from '../../src/native/index.js';

const options = process.platform === 'linux' ? {} : { skip: 'needs TCP_INFO of Linux' };

t.test('it is known for how long nobody has read a connection', options, async (t) => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  t.teardown(() => {
    near.destroy();
    server.close();
  });
  const startedMs = performance.now();
  const [far] = (await once(server, 'connection')) as [Socket & { _handle: { fd: number } }];
  const acceptedMs = performance.now();
  while (performance.now() < acceptedMs + 200);
  const waitedMs = unreadMs(far._handle.fd);
  const mostMs = performance.now() - startedMs;
  // The system counts in steps of up to 10 ms.
  t.ok(waitedMs >= 190 && waitedMs <= mostMs + 10, `${waitedMs} of ${mostMs} ms`);
});

t.test('it is 0 for what is not a connection', async (t) => {
  t.equal(unreadMs(-1), 0);
  t.equal(unreadMs(1), 0);
});
