import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { runtimeFolder } from '../../../src/native/runtime-folder.js';
import { installProviders } from '../../../src/tools/gpu-install/install-providers.js';
import { KNOWN_WHEEL, type KnownWheel } from '../../../src/tools/gpu-install/known-wheel.js';
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

const whole = makeWheel(VERSION, LIBRARIES);

function sha256Of(wheel: Buffer): string {
  return createHash('sha256').update(wheel).digest('hex');
}

/** A package of that version whose providers are an older one's, and a file for the wheel. */
function place(t: Test, installer = 'process.exit(1)', known: Partial<KnownWheel> = {}) {
  const knownWheel = { version: VERSION, file: WHEEL, sha256: sha256Of(whole), ...known };
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
      installProviders({ packageFolder, runtimeFolder, knownWheel }, source, (line) =>
        said.push(line),
      ),
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
  const hashes = { sha256: sha256Of(wheel) };
  const file = { filename: WHEEL, url: '../files/wheel', hashes, ...changes };
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

const damaged = Buffer.from(whole);
damaged.fill(0xff, 1000, 1100);
const broken: [string, Buffer, RegExp][] = [
  ['another version', makeWheel('9.8.6', LIBRARIES), /is not a wheel of onnxruntime-gpu 9\.8\.7$/],
  ['half a wheel', whole.subarray(0, whole.length / 2), /\.whl is not a complete wheel$/],
  ['no zip', Buffer.from('no zip'), /\.whl is not a complete wheel$/],
  ['a damaged library', damaged, /is damaged: .*_cuda\.so cannot be unpacked$/],
  [
    'a library too few',
    makeWheel(VERSION, { [PROVIDER_FILES[0]]: LIBRARY }),
    /does not contain libonnx/,
  ],
  [
    'what is no library',
    makeWheel(VERSION, { ...LIBRARIES, [PROVIDER_FILES[2]]: Buffer.from('text') }),
    /^libonnxruntime_providers_tensorrt\.so is not a complete library for this machine$/,
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
  await t.rejects(install({ wheel }), { message: /does not match the wheel's RECORD$/ });
  t.ok(isUntouched());
});

t.test('a wheel that is not there', async (t) => {
  const { install, wheel, isUntouched } = place(t);
  await t.rejects(install({ wheel }), { message: /^the file .*\.whl does not exist$/ });
  t.ok(isUntouched());
});

t.test('from an index', async (t) => {
  const { install, contents, said } = place(t);
  await install({ index: `${await serve(t, index(whole))}/simple/` });
  t.same(contents(), [LIBRARY, LIBRARY, LIBRARY]);
  t.match(said.at(-2), `downloading ${WHEEL} from 127.0.0.1`);
});

const noWheel = /\/onnxruntime-gpu\/ does not list onnxruntime_gpu-9\.8\.7-.*\.whl$/;
const other = makeWheel(VERSION, { ...LIBRARIES, 'more.so': LIBRARY });
const faults: [string, RequestListener, RegExp][] = [
  ['another wheel, of which it gives the hash', index(other), /but it must be [0-9a-f]{64}$/],
  ['a name that leaves the folder', index(whole, { filename: `../${WHEEL}` }), noWheel],
  [
    'an address by http',
    index(whole, { url: 'http://192.0.2.1/wheel' }),
    /is not an https address$/,
  ],
  ['a yanked wheel', index(whole, { yanked: 'broken' }), noWheel],
  ['another version', index(whole, { filename: WHEEL.replace('7', '6') }), noWheel],
  ['another machine', index(whole, { filename: WHEEL.replace('x86_64', 'aarch64') }), noWheel],
  ['a missing file', index(whole, { url: 'gone' }), /gone answered with status 404$/],
  ['a page that is not JSON', (_, to) => to.end('<html>'), /does not list its files as JSON/],
  [
    'a cut connection',
    (request, response) => {
      if (request.url?.endsWith('/onnxruntime-gpu/')) index(whole)(request, response);
      else {
        response.writeHead(200, { 'Content-Length': whole.length });
        response.write(whole.subarray(0, 1000), () => response.destroy());
      }
    },
    /^the download of onnxruntime_gpu.* was interrupted$/,
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

t.test('of a version whose checksum is not known, nothing is fetched', async (t) => {
  const { install, isUntouched } = place(t, 'process.exit(1)', { version: '9.8.6' });
  const url = `${await serve(t, index(whole))}/simple`;
  const message = /version 9\.8\.7, but the checksum of the wheel is known only for 9\.8\.6/;
  await t.rejects(install({ index: url }), { name: 'ToolError', message });
  await t.rejects(install({ index: 'http://192.0.2.1/simple' }), { name: 'ToolError' });
  t.ok(isUntouched());
});

t.test('the known wheel is that of the installed runtime', async (t) => {
  const { version } = JSON.parse(
    readFileSync('node_modules/onnxruntime-node/package.json', 'utf8'),
  );
  t.equal(KNOWN_WHEEL.version, version);
  t.ok(KNOWN_WHEEL.file.startsWith(`onnxruntime_gpu-${version}-`));
});

t.test('where the installer fails and no index is named, nothing changes', async (t) => {
  const { install, isUntouched } = place(t);
  await t.rejects(install({}), { name: 'ToolError', message: /--index .* or name a wheel/ });
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
