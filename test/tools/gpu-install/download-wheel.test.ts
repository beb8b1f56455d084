import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { downloadWheel } from '../../../src/tools/gpu-install/download-wheel.js';

t.test(
  'a full disk is not taken for a cut connection',
  {
    skip: process.platform !== 'linux',
  },
  async (t) => {
    const server = createServer((_, response) => response.end(Buffer.alloc(100_000))).listen(0);
    await new Promise((resolve) => server.once('listening', resolve));
    t.teardown(() => server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/wheel`;
    const wheel = { version: '1', file: 'one.whl', url, sha256: '' };
    await t.rejects(downloadWheel(wheel, '/dev/full'), { code: 'ENOSPC' });
  },
);
