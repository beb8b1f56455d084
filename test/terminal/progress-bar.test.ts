import t from 'tap';
import { ProgressBar } from '../../src/terminal/progress-bar.js';

function setUp(isTTY = true) {
  const written: string[] = [];
  let nowMs = 5000;
  const stream = { isTTY, write: (text: string) => written.push(text) };
  const bar = new ProgressBar('measuring', stream as unknown as NodeJS.WriteStream, {
    now: () => nowMs,
  });
  const passMs = (ms: number) => {
    nowMs += ms;
  };
  return { bar, written, passMs };
}

t.test('nothing is drawn in the first second, and the bar from then on', async (t) => {
  const { bar, written, passMs } = setUp();
  passMs(999);
  bar.update(0.4);
  t.same(written, []);
  passMs(1);
  bar.update(0.5, 'batch of 8');
  t.same(written, [`\rmeasuring ${'█'.repeat(15)}${'░'.repeat(15)}  50 % batch of 8`]);
});

t.test('a shorter line covers a longer one, and the same line is not drawn twice', async (t) => {
  const { bar, written, passMs } = setUp();
  passMs(1000);
  bar.update(0, 'batch of 32');
  bar.update(1, '');
  bar.update(1, '');
  t.equal(written.length, 2);
  t.equal(written[1]?.length, written[0]?.length);
  t.match(written[1], /100 % {2,}$/);
});

t.test('the end takes the bar away, and writes nothing where there was none', async (t) => {
  const { bar, written, passMs } = setUp();
  bar.end();
  t.same(written, []);
  passMs(1000);
  bar.update(0.5);
  bar.end();
  t.match(written[1], /^\r +\r$/);
});

t.test('nothing is drawn into a file', async (t) => {
  const { bar, written, passMs } = setUp(false);
  passMs(5000);
  bar.update(0.5);
  bar.end();
  t.same(written, []);
});
