import t from 'tap';
import { endText, readOutOfMemoryKills } from '../../../src/server/supervisor/end-text.js';

const KILLED = {
  pid: 7,
  code: null,
  signal: 'SIGKILL',
  wasWarm: false,
  wasHung: false,
  outOfMemoryKills: 0,
};

t.test('the end of a process is told with its signal or code', async (t) => {
  t.equal(endText(KILLED), 'serving process 7 ended with SIGKILL');
  t.equal(endText({ ...KILLED, code: 3, signal: null }), 'serving process 7 ended with code 3');
});

t.test('a kill is explained as far as it is known', async (t) => {
  t.match(
    endText({ ...KILLED, outOfMemoryKills: 1 }),
    /the kernel killed a process because memory ran out/,
  );
  t.match(endText({ ...KILLED, outOfMemoryKills: undefined }), /possibly because memory ran out/);
  const hung = { ...KILLED, wasHung: true, outOfMemoryKills: 1 };
  t.equal(endText(hung), 'serving process 7 ended with SIGKILL', 'the supervisor killed it');
  t.equal(
    endText({ ...KILLED, signal: 'SIGSEGV', outOfMemoryKills: 1 }),
    'serving process 7 ended with SIGSEGV',
  );
});

t.test('the kernel counts the processes that it has killed', async (t) => {
  const count = readOutOfMemoryKills();
  t.ok(count === undefined || count >= 0);
});
