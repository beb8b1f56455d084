import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import { configSchema } from '../../src/server/config/config.js';
import { LINGER_MS } from '../../src/server/supervisor/process-messages.js';

// What the unit of systemd and the example of nginx say of the server.

const config = configSchema.parse({});
const unit = readFileSync('deploy/batch-dispatch.service', 'utf8');
const nginx = readFileSync('deploy/nginx.conf', 'utf8');

/** The value of a key of the unit. */
const ofUnit = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1] ?? '';
/** The value of a directive of nginx. */
const ofNginx = (name: string) => new RegExp(`^ *${name} +(.*);$`, 'm').exec(nginx)?.[1] ?? '';
const ms = (text: string) => Number(/^(\d+)s$/.exec(text)?.[1]) * 1000;

t.test('systemd starts the program of the package, and lets it drain', async (t) => {
  const [, program = ''] = /node_modules\/batch-dispatch\/(\S+)/.exec(ofUnit('ExecStart')) ?? [];
  t.ok(existsSync(program), program);
  t.match(ofUnit('ExecStart'), ' --config /etc/batch-dispatch/batch-dispatch.json');
  t.equal(ofUnit('KillMode'), 'mixed', 'the supervisor tells the serving processes');
  t.ok(Number(ofUnit('TimeoutStopSec')) * 1000 > config.server.drainTimeoutMs + 2 * LINGER_MS);
  t.ok(Number(ofUnit('LimitNOFILE')) > config.server.maxConnections);
  t.match(ofUnit('ExecReload'), '-HUP ');
});

t.test('systemd allows what the server needs, and little else', async (t) => {
  t.equal(ofUnit('ProtectSystem'), 'strict');
  t.equal(ofUnit('StateDirectory'), 'batch-dispatch', 'engines are written beside the models');
  t.equal(ofUnit('CapabilityBoundingSet'), '');
  t.equal(ofUnit('MemoryDenyWriteExecute'), '', 'JavaScript is compiled while it runs');
  t.equal(ofUnit('ProcSubset'), '', 'the supervisor reads the pressure on memory');
});

const ANALYZE = '/usr/bin/systemd-analyze';
const SKIP = { skip: existsSync(ANALYZE) ? false : 'there is no systemd-analyze' };

t.test('systemd knows each key', SKIP, async (t) => {
  // On a host where the server is not installed, it also says so, and fails.
  const command = `${ANALYZE} verify --man=no ${resolve('deploy/batch-dispatch.service')} 2>&1 || true`;
  const said = execFileSync('sh', ['-c', command], { encoding: 'utf8' });
  t.notMatch(said, /Unknown|Failed to parse|Invalid|not an absolute path/);
});

t.test('nginx ends idle connections before the server, and waits longer for answers', async (t) => {
  t.ok(ms(ofNginx('keepalive_timeout')) < config.server.keepAliveTimeoutMs);
  t.ok(ms(ofNginx('proxy_read_timeout')) > config.batching.defaultTimeoutMs);
  t.equal(ms(ofNginx('client_body_timeout')), config.server.requestTimeoutMs);
  t.equal(ms(ofNginx('client_header_timeout')), config.server.headersTimeoutMs);
  t.equal(ofNginx('client_max_body_size'), `${config.server.maxBodyBytes / 1024 / 1024}m`);
  t.match(nginx, `server 127.0.0.1:${config.server.port};`);
  t.match(nginx, /proxy_http_version 1\.1;[^}]*proxy_set_header Connection "";/);
});

t.test('nginx forwards images only', async (t) => {
  const locations = [...nginx.matchAll(/location (.*) \{([^}]*)\}/g)];
  t.same(
    locations.map(([, path]) => path),
    ['= /api/classify', '/'],
  );
  t.match(locations[1]?.[2], /^\s*return 404;\s*$/);
});
