import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { runtimeFolder } from '../../../src/native/runtime-folder.js';
import { installProviders } from '../../../src/tools/gpu-install/install-providers.js';
import { PROVIDER_FILES } from '../../../src/tools/gpu-install/provider-files.js';
import { makeWheel } from '../../helpers/make-wheel.js';

if (process.platform !== 'linux' || process.arch !== 'x64') {
  t.pass('the CUDA and TensorRT providers are for Linux on x64');
  process.exit();
}

const VERSION = '9.8.7';
const WHEEL = `onnxruntime_gpu-${VERSION}-cp312-cp312-manylinux_2_28_x86_64.whl`;
/** A small library of which the dynamic linker finds everything but one once it lies somewhere else. */
const LIBRARY = readFileSync(join(runtimeFolder(), 'onnxruntime_binding.node'));
const ITS_NEED = 'libonnxruntime.so.1';
const LIBRARIES = Object.fromEntries(PROVIDER_FILES.map((file) => [file, LIBRARY]));

/** A package of that version whose providers are an older one's, and a file for the wheel. */
function place(t: Test, installer = 'process.exit(1)') {
  const packageFolder = t.testdir({
    'package.json': JSON.stringify({ version: VERSION }),
    script: { 'install.js': installer },
  });
  const runtimeFolder = join(packageFolder, 'bin', 'napi-v6', 'linux', 'x64');
  mkdirSync(runtimeFolder, { recursive: true });
  for (const file of PROVIDER_FILES) writeFileSync(join(runtimeFolder, file), 'old');
  const said: string[] = [];
  return {
    packageFolder,
    wheel: join(packageFolder, WHEEL),
    install: (source: { wheel?: string; index?: string }) =>
      installProviders({ packageFolder, runtimeFolder }, source, (line) => said.push(line)),
    contents: () => readdirSync(runtimeFolder).map((f) => readFileSync(join(runtimeFolder, f))),
    isUntouched: () =>
      readdirSync(runtimeFolder).length === PROVIDER_FILES.length &&
      PROVIDER_FILES.every((file) => readFileSync(join(runtimeFolder, file), 'utf8') === 'old'),
    said,
  };
}

async function serve(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A package index with one file, as PEP 691 has it. */
function index(wheel: Buffer, changes: object = {}): RequestListener {
  const sha256 = createHash('sha256').update(wheel).digest('hex');
  const file = { filename: WHEEL, url: '../files/wheel', hashes: { sha256 }, ...changes };
  return (request, response) => {
    if (request.url === '/simple/onnxruntime-gpu/') response.end(JSON.stringify({ files: [file] }));
    else if (request.url === '/simple/files/wheel') response.end(wheel);
    else response.writeHead(404).end();
  };
}

t.test('out of a wheel on this machine', async (t) => {
  const { install, wheel, contents } = place(t);
  writeFileSync(wheel, makeWheel(VERSION, LIBRARIES));
  t.same(await install({ wheel }), [ITS_NEED], 'what they need and is not here');
  t.same(contents(), [LIBRARY, LIBRARY, LIBRARY], 'and nothing else is left behind');
});

const whole = makeWheel(VERSION, LIBRARIES);
const damaged = Buffer.from(whole);
damaged.fill(0xff, 1000, 1100);
const broken: [string, Buffer, RegExp][] = [
  ['another version', makeWheel('9.8.6', LIBRARIES), /is not a wheel of onnxruntime-gpu 9\.8\.7$/],
  ['half a wheel', whole.subarray(0, whole.length / 2), /\.whl is not a whole wheel$/],
  ['no zip', Buffer.from('no zip'), /\.whl is not a whole wheel$/],
  ['a damaged library', damaged, /is damaged: .*_cuda\.so cannot be unpacked$/],
  ['a library too few', makeWheel(VERSION, { [PROVIDER_FILES[0]]: LIBRARY }), /holds no libonnx/],
  [
    'what is no library',
    makeWheel(VERSION, { ...LIBRARIES, [PROVIDER_FILES[2]]: Buffer.from('text') }),
    /^libonnxruntime_providers_tensorrt\.so is not a whole library for this machine$/,
  ],
];
for (const [what, content, message] of broken) {
  t.test(`${what} changes nothing`, async (t) => {
    const { install, wheel, isUntouched } = place(t);
    writeFileSync(wheel, content);
    await t.rejects(install({ wheel }), { name: 'ToolError', message });
    t.ok(isUntouched());
  });
}

t.test('a library that is not what RECORD says changes nothing', async (t) => {
  const { install, wheel, isUntouched } = place(t);
  const other = makeWheel(VERSION, { ...LIBRARIES, [PROVIDER_FILES[1]]: Buffer.from('other') });
  const { default: AdmZip } = await import('adm-zip');
  const zip = new AdmZip(other);
  zip.updateFile(`onnxruntime/capi/${PROVIDER_FILES[1]}`, LIBRARY);
  zip.writeZip(wheel);
  await t.rejects(install({ wheel }), { message: /is not what the wheel's RECORD says$/ });
  t.ok(isUntouched());
});

t.test('a wheel that is not there', async (t) => {
  const { install, wheel, isUntouched } = place(t);
  await t.rejects(install({ wheel }), { message: /^there is no file .*\.whl$/ });
  t.ok(isUntouched());
});

t.test('from an index', async (t) => {
  const { install, contents, said } = place(t);
  await install({ index: `${await serve(t, index(whole))}/simple/` });
  t.same(contents(), [LIBRARY, LIBRARY, LIBRARY]);
  t.match(said.at(-2), `downloading ${WHEEL} from 127.0.0.1`);
});

const noWheel = /has no wheel of onnxruntime-gpu 9\.8\.7 for Linux on x64 with a sha256$/;
const faults: [string, RequestListener, RegExp][] = [
  ['another hash', index(whole, { hashes: { sha256: 'ab' } }), /and the index says ab$/],
  ['no hash', index(whole, { hashes: {} }), noWheel],
  ['a yanked wheel', index(whole, { yanked: 'broken' }), noWheel],
  ['another version', index(whole, { filename: WHEEL.replace('7', '6') }), noWheel],
  ['another machine', index(whole, { filename: WHEEL.replace('x86_64', 'aarch64') }), noWheel],
  ['a missing file', index(whole, { url: 'gone' }), /gone answers with status 404$/],
  ['a page that is not JSON', (_, to) => to.end('<html>'), /gives no list of files as JSON/],
  [
    'a cut connection',
    (request, response) => {
      if (request.url?.endsWith('/onnxruntime-gpu/')) index(whole)(request, response);
      else {
        response.writeHead(200, { 'Content-Length': whole.length });
        response.write(whole.subarray(0, 1000), () => response.destroy());
      }
    },
    /^the download of onnxruntime_gpu.* broke off$/,
  ],
];
for (const [what, listener, message] of faults) {
  t.test(`an index with ${what} changes nothing`, async (t) => {
    const { install, isUntouched } = place(t);
    const url = `${await serve(t, listener)}/simple`;
    await t.rejects(install({ index: url }), { name: 'ToolError', message });
    t.ok(isUntouched());
  });
}

t.test('where the installer fails and no index is named, nothing changes', async (t) => {
  const { install, isUntouched } = place(t);
  await t.rejects(install({}), { name: 'ToolError', message: /--index .* or its wheel/ });
  t.ok(isUntouched());
});

t.test('an index that cannot be reached changes nothing', async (t) => {
  const { install, isUntouched } = place(t);
  const closed = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => closed.once('listening', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const message = /cannot be reached: ECONNREFUSED$/;
  await t.rejects(install({ index: `http://127.0.0.1:${port}` }), { message });
  t.ok(isUntouched());
});

t.test('by the installer of the package', async (t) => {
  // It writes into the package that it believes to be in: beside itself.
  const script = `
    const { mkdirSync, writeFileSync, readFileSync } = require('node:fs');
    const folder = require('node:path').join(__dirname, '../bin/napi-v6/linux/x64');
    mkdirSync(folder, { recursive: true });
    for (const file of ${JSON.stringify(PROVIDER_FILES)}) {
      writeFileSync(folder + '/' + file, readFileSync(${JSON.stringify(join(runtimeFolder(), 'onnxruntime_binding.node'))}));
    }`;
  const { install, contents } = place(t, script);
  t.same(await install({}), [ITS_NEED]);
  t.same(contents(), [LIBRARY, LIBRARY, LIBRARY]);
});
