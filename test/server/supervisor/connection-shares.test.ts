import t from 'tap';
import { connectionShares } from '../../../src/server/supervisor/connection-shares.js';
import { NO_CONNECTIONS } from '../../../src/server/supervisor/process-messages.js';

function shares(...processes: [isListening: boolean, isReady: boolean, connections: number][]) {
  const all = processes.map(([isListening, isReady, connections]) => ({
    isListening,
    isReady,
    connections,
  }));
  const told = connectionShares(all);
  return all.map((one) => told.get(one));
}

t.test('each process should hold the mean number of connections', async (t) => {
  t.same(shares([true, true, 9], [true, true, 0]), [4.5, 4.5]);
  t.same(shares([true, true, 0]), [0]);
});

t.test('a process that does not listen neither counts nor is told', async (t) => {
  t.same(shares([true, true, 6], [false, false, 0], [true, true, 2]), [4, undefined, 4]);
  t.same(shares([false, false, 0]), [undefined]);
});

t.test('one that would only refuse should hold none while another is ready', async (t) => {
  t.same(shares([true, false, 8], [true, true, 4]), [NO_CONNECTIONS, 4]);
  t.same(shares([true, false, 8]), [8], 'without another, it has to answer');
});
