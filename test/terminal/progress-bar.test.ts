import { mock } from 'node:test';
import t, { type Test } from 'tap';
import { ProgressBar } from '../../src/terminal/progress-bar.js';

/** A bar is drawn again after 100 ms, by a timer. */
const REDRAWN_MS = 150;

/** The line of a terminal in which the cursor is. To leave it, or to write what is not known here, is an error. */
class Screen {
  readonly isTTY: boolean;
  readonly columns = 60;
  line = '';
  writes = 0;
  #column = 0;
  #saved = 0;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.writes++;
    if (text === '\x1b[1G') this.#column = 0;
    else if (text === '\x1b[0K') this.line = this.line.slice(0, this.#column);
    else if (text === '\x1b[2K') this.line = '';
    else if (text === '\x1b7') this.#saved = this.#column;
    else if (text === '\x1b8') this.#column = this.#saved;
    else if (text < ' ') throw new Error(JSON.stringify(text));
    else {
      const end = this.#column + text.length;
      if (end > this.columns) throw new Error('the line wraps');
      this.line = this.line.slice(0, this.#column) + text + this.line.slice(end);
      this.#column = end;
    }
  }
}

function setUp(t: Test, isTTY = true) {
  let nowMs = 5000;
  const screen = new Screen(isTTY);
  const stream = screen as unknown as NodeJS.WriteStream;
  const bar = new ProgressBar('measuring', stream, () => nowMs);
  t.teardown(() => bar.end());
  const passMs = (ms: number) => {
    nowMs += ms;
  };
  return { bar, screen, passMs };
}

t.test('nothing is drawn in the first second, and the bar from then on', async (t) => {
  const { bar, screen, passMs } = setUp(t);
  passMs(999);
  bar.update(0.4);
  t.equal(screen.writes, 0);
  passMs(1);
  bar.update(0.5, 'batch of 8');
  t.equal(screen.line, `measuring ${'█'.repeat(15)}${'░'.repeat(15)}  50 % batch of 8`);
});

t.test('a shorter line covers a longer one, and the same line is not drawn twice', async (t) => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  t.teardown(() => mock.timers.reset());
  const { bar, screen, passMs } = setUp(t);
  passMs(1000);
  bar.update(0, 'batch of 32');
  t.match(screen.line, /░{30} {3}0 % batch of 32$/);
  bar.update(1, '');
  mock.timers.tick(REDRAWN_MS);
  t.equal(screen.line, `measuring ${'█'.repeat(30)} 100 % `);
  const { writes } = screen;
  bar.update(1, '');
  mock.timers.tick(REDRAWN_MS);
  t.equal(screen.writes, writes);
});

t.test('the end takes the bar away, and writes nothing where there was none', async (t) => {
  const { bar, screen, passMs } = setUp(t);
  bar.end();
  t.equal(screen.writes, 0);
  passMs(1000);
  bar.update(0.5);
  bar.end();
  t.equal(screen.line, '');
  const { writes } = screen;
  bar.end();
  t.equal(screen.writes, writes);
  bar.update(0.7);
  t.match(screen.line, /█{21}░{9} {2}70 %/, 'it comes back for more work');
});

t.test('a line that the terminal is too narrow for is cut', async (t) => {
  const { bar, screen, passMs } = setUp(t);
  passMs(1000);
  bar.update(0.5, 'a note that is much too long');
  t.equal(screen.line.length, screen.columns);
});

t.test('nothing is drawn into a file', async (t) => {
  const { bar, screen, passMs } = setUp(t, false);
  passMs(5000);
  bar.update(0.5);
  bar.update(0.6);
  bar.end();
  t.equal(screen.writes, 0);
});
