import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { configSchema } from '../../../src/server/config/config.js';
import { loadConfig } from '../../../src/server/config/load-config.js';
import { StartError } from '../../../src/server/config/start-error.js';

t.test('without a file every key has its default, and the model is the embedded one', async (t) => {
  t.chdir(t.testdir({}));
  t.match(loadConfig([], {}), {
    models: [/\/models\/demo$/],
    server: { host: '127.0.0.1', port: 8000, maxBodyBytes: 16 * 1024 * 1024 },
    decode: {
      decoder: 'native',
      threads: 0,
      maxPixels: 25_000_000,
      formats: ['jpeg', 'png', 'webp', 'gif', 'bmp'],
      alphaBackground: 'drop',
    },
    batching: {
      maxBatchSize: 32,
      maxQueueDelayMs: 0,
      maxQueueSize: 1024,
      defaultTimeoutMs: 10_000,
    },
  });
});

t.test('flags win over the environment’s file, the environment over the file', async (t) => {
  const folder = t.testdir({
    'batch-dispatch.json': '{"models":["m","n"],"server":{"host":"::1","port":1}}',
    'other.json': '{"models":["o"],"server":{"port":2}}',
  });
  t.chdir(folder);
  t.match(loadConfig([], {}), {
    models: [`${folder}/m`, `${folder}/n`],
    server: { host: '::1', port: 1 },
  });
  t.match(loadConfig([], { HOST: '0.0.0.0', PORT: '3' }), {
    server: { host: '0.0.0.0', port: 3 },
  });
  t.match(loadConfig(['--config', 'other.json'], {}), {
    models: [`${folder}/o`],
    server: { port: 2 },
  });
  t.match(loadConfig(['--model', 'x', '--model', 'y'], {}), {
    models: [`${folder}/x`, `${folder}/y`],
  });
  t.equal(loadConfig(['--help'], {}), 'help');
});

t.test('a file may begin with a byte order mark, one', async (t) => {
  const folder = t.testdir({
    'c.json': '\uFEFF{"server":{"port":1}}',
    'd.json': '\uFEFF\uFEFF{"server":{"port":1}}',
  });
  t.match(loadConfig(['--config', `${folder}/c.json`], {}), { server: { port: 1 } });
  t.throws(() => loadConfig(['--config', `${folder}/d.json`], {}), StartError);
});

t.test('PORT is a whole number from 0 to 65535', async (t) => {
  t.chdir(t.testdir({}));
  t.match(loadConfig([], { PORT: '65535' }), { server: { port: 65535 } });
  for (const PORT of ['65536', '-1', '80.5', 'http', ' 80']) {
    t.throws(() => loadConfig([], { PORT }), StartError, PORT);
  }
});

t.test('each bound holds at the limit and not one over', async (t) => {
  const bounds = [
    ['server', 'maxBodyBytes', 1024, 1024 ** 3],
    ['server', 'drainTimeoutMs', 0, 600_000],
    ['decode', 'threads', 0, 1024],
    ['decode', 'maxPixels', 1, 2 ** 28],
    ['batching', 'maxBatchSize', 1, 1024],
    ['batching', 'maxQueueDelayMs', 0, 10_000],
    ['batching', 'maxQueueSize', 1, 1_000_000],
    ['batching', 'defaultTimeoutMs', 1, 600_000],
  ] as const;
  for (const [section, key, min, max] of bounds) {
    const accepts = (value: number) =>
      configSchema.safeParse({ [section]: { [key]: value } }).success;
    t.same([min - 1, min, max, max + 1].map(accepts), [false, true, true, false], key);
  }
});

t.test('formats are known ones, and a background is a colour', async (t) => {
  const accepts = (decode: object) => configSchema.safeParse({ decode }).success;
  t.ok(accepts({ formats: ['jpeg'] }));
  t.ok(accepts({ formats: ['jpeg', 'png', 'webp', 'gif', 'bmp', 'avif', 'tiff'] }));
  for (const formats of [[], ['svg'], ['JPEG'], 'jpeg']) t.notOk(accepts({ formats }));
  for (const alphaBackground of ['drop', [0, 128, 255]]) t.ok(accepts({ alphaBackground }));
  for (const alphaBackground of ['white', [0, 0], [0, 0, 256], [0, 0, -1], [0, 0, 0.5]]) {
    t.notOk(accepts({ alphaBackground }));
  }
});

t.test('all bodies together may be as large as one, not smaller', async (t) => {
  const accepts = (maxUploadBytes: number) =>
    configSchema.safeParse({ server: { maxBodyBytes: 5000, maxUploadBytes } });
  t.ok(accepts(5000).success);
  t.match(accepts(4999).error?.issues, [
    { path: ['server', 'maxUploadBytes'], message: 'must not be less than maxBodyBytes' },
  ]);
});

t.test('any JSON is either a configuration or a StartError of one line', async (t) => {
  const folder = t.testdir({});
  const file = `${folder}/c.json`;
  fc.assert(
    fc.property(fc.json(), (json) => {
      writeFileSync(file, json);
      try {
        return typeof loadConfig(['--config', file], {}) === 'object';
      } catch (error) {
        return error instanceof StartError && !error.message.includes('\n');
      }
    }),
    { numRuns: 200 },
  );
  t.pass('200 files');
});

t.test('what is wrong with a file is said in plain words, with the key or the line', async (t) => {
  const folder = t.testdir({});
  const refusal = (text: string) => {
    writeFileSync(`${folder}/c.json`, text);
    try {
      loadConfig(['--config', `${folder}/c.json`], {});
    } catch (error) {
      return (error as Error).message.replace(`${folder}/c.json`, 'FILE');
    }
    return 'accepted';
  };
  for (const [text, message] of [
    ['{\n  "server": { "port": 1 }\n  "models": ["m"]\n}\n', 'not valid JSON, see line 3'],
    ['{\n  "server": { "port": x }\n}\n', 'not valid JSON, see line 2'],
    ['{\n  "models": ["m\n"]\n}\n', 'not valid JSON, see line 2'],
    ['{\n  "models": ["m"]\n}\n}\n', 'not valid JSON, see line 4'],
    ['// port\n{}\n', 'not valid JSON, see line 1'],
    ['{\n  "models": [\n', 'not valid JSON, see line 2'],
    ['', 'not valid JSON, see line 1'],
  ]) {
    t.equal(refusal(text ?? ''), `FILE is ${message}`);
  }
  for (const [input, message] of [
    [{ server: { port: '80' } }, 'server.port: must be a number'],
    [{ server: { port: 1.5 } }, 'server.port: must be a whole number'],
    [{ server: { port: 65_536 } }, 'server.port: must be at most 65535'],
    [{ server: { port: -1 } }, 'server.port: must be at least 0'],
    [{ server: { benchmark: 'no' } }, 'server.benchmark: must be true or false'],
    [{ server: [] }, 'server: must be an object in braces'],
    [[], 'must be an object in braces'],
    [{ models: 'm' }, 'models: must be a list'],
    [{ models: [] }, 'models: must not be empty'],
    [{ models: [''] }, 'models.0: must not be empty'],
    [{ decode: { decoder: 'cpu' } }, 'must be "auto", "gpu", "native" or "jpeg-js"'],
    [{ engine: { devices: 0 } }, 'engine.devices: must be "all", or must be a list'],
    [{ engine: { devices: [] } }, 'engine.devices: must not be empty'],
    [{ decode: { alphaBackground: [0, 0, 256] } }, 'decode.alphaBackground.2: must be at most 255'],
    [{ batching: { maxBatch: 1 } }, 'unknown key batching.maxBatch'],
  ] as const) {
    const said = refusal(JSON.stringify(input));
    t.ok(said.startsWith('FILE: ') && said.endsWith(message), said);
  }
});
