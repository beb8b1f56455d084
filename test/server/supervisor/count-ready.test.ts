import t from 'tap';
import { countReady } from '../../../src/server/supervisor/count-ready.js';

const warm = { isReady: true, isWarm: true, isListening: true };
const starting = { isReady: false, isWarm: false, isListening: false };
const refusing = { ...starting, isListening: true };
const unavailable = { isReady: false, isWarm: true, isListening: true };

t.test('those that are ready count', async (t) => {
  t.equal(countReady([warm, warm]), 2);
  t.equal(countReady([warm, starting]), 1, 'one that starts takes no connections');
  t.equal(countReady([warm, unavailable]), 1, 'one without an engine leaves them to the other');
  t.equal(countReady([unavailable]), 0);
});

t.test('none counts while one that starts takes connections', async (t) => {
  t.equal(countReady([refusing, warm]), 0);
  t.equal(countReady([refusing, starting]), 0);
  t.equal(countReady([{ ...refusing, isReady: true }, warm]), 2, 'until it says that it is ready');
});
