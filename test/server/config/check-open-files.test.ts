import t from 'tap';
import {
  checkOpenFiles,
  fitConnections,
  MIN_OPEN_FILES,
  RESERVED_DESCRIPTORS,
} from '../../../src/server/config/check-open-files.js';
import { StartError } from '../../../src/server/config/start-error.js';

t.test('connections leave descriptors for everything else', async (t) => {
  const most = 1024 - RESERVED_DESCRIPTORS;
  t.equal(fitConnections(4096, 1024), most);
  t.equal(fitConnections(most + 1, 1024), most);
  t.equal(fitConnections(most, 1024), most);
  t.equal(fitConnections(most - 1, 1024), most - 1);
  t.equal(fitConnections(65_536, undefined), 65_536, 'a system that does not say has no limit');
});

t.test('where files are too few, the server says what to do', async (t) => {
  t.equal(
    checkOpenFiles(() => MIN_OPEN_FILES),
    MIN_OPEN_FILES,
  );
  t.throws(() => checkOpenFiles(() => MIN_OPEN_FILES - 1), StartError);
  t.throws(() => checkOpenFiles(() => 64), {
    message: `a process may open only 64 files, and the server needs ${MIN_OPEN_FILES}: raise the limit (ulimit -n)`,
  });
  t.equal(
    checkOpenFiles(() => undefined),
    undefined,
  );
});

t.test('this process has a limit on Linux', { skip: process.platform !== 'linux' }, async (t) => {
  t.ok(Number(checkOpenFiles()) > 0);
});
