import { join } from 'node:path';
import t from 'tap';
import { parseFlags } from '../../../src/tools/tune/parse-flags.js';

const GOOD = ['--p99-ms', '50', '--arrivals', 'poisson:2000'];

t.test('flags, and what stands for those that are not given', async (t) => {
  t.match(parseFlags(GOOD), {
    goalMs: 50,
    arrivalsName: 'poisson:2000',
    curvePath: 'models/demo',
    gpus: 1,
    seed: 1,
  });
  t.match(
    parseFlags([...GOOD, '--gpus', '1000', '--curve', 'c.json', '--plot', 'p.svg', '--seed', '7']),
    {
      gpus: 1000,
      curvePath: 'c.json',
      plot: 'p.svg',
      seed: 7,
    },
  );
  t.match(parseFlags([...GOOD, '--model', 'models/mine']), { curvePath: 'models/mine' });
  t.throws(() => parseFlags(['--help']), { name: 'HelpWanted', message: /^Usage: / });
});

t.test('a trace gives the arrivals', async (t) => {
  const trace = join(t.testdir({ trace: '0\n10\n' }), 'trace');
  const flags = parseFlags(['--p99-ms', '0.5', '--trace', trace]);
  t.match(flags, {
    goalMs: 0.5,
    arrivalsName: trace,
    arrivals: { perSecond: 100, isEndless: false },
  });
});

t.test('a wrong flag is refused with a sentence that names it', async (t) => {
  for (const [args, message] of [
    [['--arrivals', 'poisson:1'], /^--p99-ms is missing/],
    [['--p99-ms', '0', '--arrivals', 'poisson:1'], /^--p99-ms must be a number/],
    [['--p99-ms', '60001', '--arrivals', 'poisson:1'], /^--p99-ms must be a number/],
    [['--p99-ms', 'fast', '--arrivals', 'poisson:1'], /^--p99-ms must be a number/],
    [['--p99-ms', '5'], /either --arrivals poisson:RATE or --trace/],
    [[...GOOD, '--trace', 'x'], /either --arrivals poisson:RATE or --trace/],
    [['--p99-ms', '5', '--arrivals', 'poisson'], /^--arrivals must be poisson:RATE/],
    [['--p99-ms', '5', '--arrivals', 'poisson:0'], /^--arrivals must be poisson:RATE/],
    [['--p99-ms', '5', '--arrivals', 'uniform:5'], /^--arrivals must be poisson:RATE/],
    [[...GOOD, '--model', 'a', '--curve', 'b'], /either --model DIR or --curve/],
    [[...GOOD, '--gpus', '0'], /^--gpus must be a whole number from 1 to 1000, not "0"/],
    [[...GOOD, '--gpus', '1001'], /^--gpus/],
    [[...GOOD, '--gpus', '1.5'], /^--gpus/],
    [[...GOOD, '--seed', 'x'], /^--seed/],
    [[...GOOD, '--windows', '1'], /--windows[\s\S]*--help lists the flags/],
  ] as const) {
    t.throws(() => parseFlags(args), { name: 'UsageError', message }, args.join(' '));
  }
});
