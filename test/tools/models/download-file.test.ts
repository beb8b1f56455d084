import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type DownloadOptions, downloadFile } from '../../../src/tools/models/download-file.js';
import {
  type Answer,
  type FileServer,
  fileServer,
  halting,
  ranged,
  status,
  whole,
} from '../../helpers/file-server.js';
import { freePort } from '../../helpers/free-port.js';

const FILE = Buffer.from(
  Array.from({ length: 100_000 }, (_, i) => Math.imul(i, 2654435761) >>> 24),
);
const HALF = FILE.length / 2;
const SHA256 = createHash('sha256').update(FILE).digest('hex');

function set(t: Test, { url }: Pick<FileServer, 'url'>, there?: Uint8Array) {
  const path = join(t.testdir({}), 'model.onnx');
  if (there) writeFileSync(path, there);
  const file = { url: `${url}/a/model.onnx`, bytes: FILE.length, sha256: SHA256 };
  const download = (options?: DownloadOptions) => downloadFile(file, path, options);
  const isWhole = () => readFileSync(path).equals(FILE);
  return { path, download, isWhole };
}

const failure = (message: RegExp) => ({ name: 'DownloadError', message });

t.test('a file is downloaded, and the progress told', async (t) => {
  const server = await fileServer(t, whole(FILE));
  const { download, isWhole } = set(t, server);
  const told: number[] = [];
  await download({ progress: (bytes) => told.push(bytes) });
  t.ok(isWhole());
  t.equal(told.at(-1), FILE.length);
  t.same(
    told,
    told.toSorted((a, b) => a - b),
  );
  t.same([server.ranges, server.paths], [[undefined], ['/a/model.onnx']]);
});

t.test('a cut connection is taken up where it ended', async (t) => {
  const { answer, cut } = halting(FILE, HALF);
  const server = await fileServer(t, answer, ranged(FILE));
  const { download, isWhole } = set(t, server);
  await download({ progress: (bytes) => bytes === HALF && cut() });
  t.ok(isWhole());
  t.same(server.ranges, [undefined, `bytes=${HALF}-`]);
});

t.test('a connection that brings nothing is not tried for ever', async (t) => {
  const silent: Answer = (response) => response.destroy();
  for (const answer of [halting(FILE, 0).answer, silent]) {
    const server = await fileServer(t, answer);
    const { download, path } = set(t, server);
    const words =
      /^the connection to 127\.0\.0\.1:\d+ was cut after 0\.0 MB of 0\.1 MB; run the comm/;
    await t.rejects(download(), failure(words));
    t.equal(server.ranges.length, 1);
    writeFileSync(path, FILE.subarray(0, HALF));
    await t.rejects(download(), failure(/was cut after/));
    t.ok(existsSync(path));
  }
});

t.test('a later try goes on from what is there', async (t) => {
  const server = await fileServer(t, ranged(FILE));
  const { download, isWhole } = set(t, server, FILE.subarray(0, 10));
  await download();
  t.ok(isWhole());
  t.same(server.ranges, ['bytes=10-']);
});

t.test('what is whole already is not asked for', async (t) => {
  const server = await fileServer(t, status(500));
  const { download } = set(t, server, FILE);
  await download();
  t.same(server.ranges, []);
});

t.test('a server that cannot go on starts again', async (t) => {
  const other = ranged(FILE);
  const wrongPart: typeof other = (response) => {
    response.writeHead(206, { 'Content-Range': `bytes 7-9/${FILE.length}` });
    response.end(FILE.subarray(7, 10));
  };
  for (const [name, answers, requests] of [
    ['no ranges', [whole(FILE)], 1],
    ['a range refused', [status(416), whole(FILE)], 2],
    ['another range', [wrongPart, whole(FILE)], 2],
  ] as const) {
    const server = await fileServer(t, ...answers);
    const { download, isWhole } = set(t, server, Buffer.alloc(HALF, 'x'));
    await download();
    t.ok(isWhole(), name);
    t.equal(server.ranges.length, requests, name);
  }
});

t.test('what is longer than the file is no part of it', async (t) => {
  const server = await fileServer(t, whole(FILE));
  const { download, isWhole } = set(t, server, Buffer.alloc(FILE.length + 1));
  await download();
  t.ok(isWhole());
  t.same(server.ranges, [undefined]);
});

t.test('another file of the same size is refused, and not kept', async (t) => {
  const wrong = Buffer.from(FILE);
  wrong[FILE.length - 1] = Number(wrong.at(-1)) ^ 1;
  const server = await fileServer(t, whole(wrong));
  const { download, path } = set(t, server);
  const words = /model\.onnx is not the expected file: it has 100000 bytes, but a different SHA/;
  await t.rejects(download(), failure(words));
  t.notOk(existsSync(path));
});

t.test('a part that is of another file shows in the end, and is not kept', async (t) => {
  const server = await fileServer(t, ranged(FILE));
  const { download, path } = set(t, server, Buffer.alloc(HALF, 'x'));
  await t.rejects(download(), failure(/a different SHA-256; nothing was kept/));
  t.notOk(existsSync(path));
  await download();
  t.same(server.ranges, [`bytes=${HALF}-`, undefined]);
});

t.test('a file of one byte more or fewer is refused', async (t) => {
  for (const [bytes, words] of [
    [Buffer.concat([FILE, Buffer.of(0)]), /it has more than 100000 bytes; nothing was kept/],
    [FILE.subarray(1), /it has fewer than 100000 bytes; nothing was kept/],
  ] as const) {
    const { download, path } = set(t, await fileServer(t, whole(bytes)));
    await t.rejects(download(), failure(words));
    t.notOk(existsSync(path));
  }
});

t.test('a server that has no such file, or no time', async (t) => {
  const missing = set(t, await fileServer(t, status(404)));
  const words = /^http:\S+\/a\/model\.onnx does not exist \(404\); .* with --from URL$/;
  await t.rejects(missing.download(), failure(words));
  t.notOk(existsSync(missing.path));
  const busy = set(t, await fileServer(t, status(503)), FILE.subarray(0, HALF));
  await t.rejects(busy.download(), failure(/^127\.0\.0\.1:\d+ answered 503 instead of sending/));
  t.equal(readFileSync(busy.path).length, HALF, 'what was there is kept');
});

t.test('a server that is not there', async (t) => {
  const url = `http://127.0.0.1:${await freePort()}`;
  await t.rejects(
    set(t, { url }).download(),
    failure(/^cannot reach 127\.0\.0\.1:\d+ \(ECONNREFUSED\); check the network, or/),
  );
});

/** A disk that takes the first `room` bytes of each file and then fails. */
function failingDisk(code: string, room: number): NonNullable<DownloadOptions['openFile']> {
  return async (path, flags) => {
    const handle = await open(path, flags);
    let written = 0;
    const appendFile = async (chunk: Uint8Array) => {
      await handle.appendFile(chunk.subarray(0, room - written));
      written = Math.min(room, written + chunk.length);
      if (written === room) throw Object.assign(new Error('write'), { code });
    };
    return { appendFile, close: () => handle.close() } as unknown as FileHandle;
  };
}

t.test('a full disk is named, and once there is room it goes on', async (t) => {
  for (const code of ['ENOSPC', 'EDQUOT']) {
    const server = await fileServer(t, ranged(FILE));
    const { download, isWhole, path } = set(t, server);
    const full = { openFile: failingDisk(code, 1000) };
    await t.rejects(
      download(full),
      failure(/^the disk is full: there is no room for .*model\.onnx; free some space and run/),
    );
    t.equal(readFileSync(path).length, 1000);
    await download();
    t.ok(isWhole());
    t.same(server.ranges, [undefined, 'bytes=1000-']);
  }
});

t.test('a disk that fails otherwise', async (t) => {
  const { download } = set(t, await fileServer(t, ranged(FILE)));
  await t.rejects(
    download({ openFile: failingDisk('EIO', 1000) }),
    failure(/^cannot write .*model\.onnx \(EIO\)$/),
  );
});
