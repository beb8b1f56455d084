import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openLogFile } from '../../../src/server/telemetry/log-file.js';

const LINE = `${'x'.repeat(1023)}\n`;
const MIB_OF_LINES = 1024;

t.test('lines are written', async (t) => {
  const destination = join(t.testdir(), 'log');
  const { stream, flush } = openLogFile({ destination, dropped: () => t.fail('dropped') });
  for (let i = 0; i < 10; i++) stream.write(LINE);
  await flush(10_000);
  t.equal(readFileSync(destination, 'utf8'), LINE.repeat(10));
});

t.test('on a full disk a mebibyte of lines waits, and the others are counted', async (t) => {
  let dropped = 0;
  const { stream, flush } = openLogFile({ destination: '/dev/full', dropped: () => dropped++ });
  for (let i = 0; i < MIB_OF_LINES; i++) stream.write(LINE);
  t.equal(dropped, 0);
  stream.write(LINE);
  t.equal(dropped, 1);
  await flush(10_000);
  stream.write(LINE);
  t.equal(dropped, 2, 'and goes on');
});

t.test('a reader that has stopped holds up nothing', async (t) => {
  const pipe = join(t.testdir(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const destination = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
  t.teardown(() => closeSync(destination));
  let dropped = 0;
  const { stream, flush } = openLogFile({ destination, dropped: () => dropped++ });
  for (let i = 0; i < 2 * MIB_OF_LINES; i++) stream.write(LINE);
  t.ok(dropped > 0);
  // Nothing will ever be written: this returns because its time is over.
  await flush(1);
});
