import t from 'tap';
import { type LinePlot, linePlot } from '../../../src/tools/plot/line-plot.js';

const LABELS = { title: 'Title', xLabel: 'along', yLabel: 'up' };

function plotOf(lines: LinePlot['lines'], logY = false): string {
  return linePlot({ ...LABELS, lines, logY });
}

/** The places of each line's points, as the picture has them. */
function places(svg: string): number[][][] {
  return [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points = '']) =>
    points
      .split(' ')
      .filter(Boolean)
      .map((point) => point.split(',').map(Number)),
  );
}

function texts(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, content = '']) => content);
}

t.test('points lie in proportion to the ticks, up the page', async (t) => {
  const svg = plotOf([
    {
      name: 'one',
      points: [
        { x: 0, y: 0 },
        { x: 5, y: 30 },
        { x: 10, y: 60 },
      ],
    },
  ]);
  t.same(places(svg), [
    [
      [76, 440],
      [358, 245],
      [640, 50],
    ],
  ]);
  t.match(texts(svg), ['Title', '0', '2', '4', '6', '8', '10', '0', '10', '20']);
  for (const text of ['along', 'up', 'one']) t.ok(texts(svg).includes(text), text);
});

t.test('an axis ends at the first tick over every value', async (t) => {
  const svg = plotOf([{ name: 'one', points: [{ x: 71, y: 0.11 }] }]);
  const shown = texts(svg);
  t.ok(shown.includes('80'));
  t.notOk(shown.includes('100'));
  t.ok(shown.includes('0.12'));
  t.notOk(shown.includes('0.14'));
});

t.test('a logarithmic axis gives each power of ten the same room', async (t) => {
  const points = [1, 10, 100].map((y, x) => ({ x, y }));
  const svg = plotOf([{ name: 'one', points }], true);
  t.same(
    places(svg)[0]?.map(([, y]) => y),
    [440, 245, 50],
  );
  t.same(texts(svg).slice(-10, -3), ['1', '2', '5', '10', '20', '50', '100']);
});

t.test('a logarithmic axis over many powers of ten has a tick for each', async (t) => {
  const points = [0.02, 30_000].map((y, x) => ({ x, y }));
  const shown = texts(plotOf([{ name: 'one', points }], true));
  for (const tick of ['0.01', '0.1', '1', '10', '100', '1,000', '10,000', '100,000']) {
    t.ok(shown.includes(tick), tick);
  }
  t.notOk(shown.includes('20'));
});

t.test('one value alone has an axis around it', async (t) => {
  for (const y of [1, 3, 10, 700]) {
    const [[place] = []] = places(plotOf([{ name: 'one', points: [{ x: 1, y }] }], true));
    t.ok(Number(place?.[1]) >= 50 && Number(place?.[1]) <= 440, `${y} at ${place?.[1]}`);
  }
});

t.test('points that cannot be drawn are left out', async (t) => {
  const points = [
    { x: 1, y: 0 },
    { x: 2, y: Number.POSITIVE_INFINITY },
    { x: Number.NaN, y: 2 },
    { x: 3, y: 2 },
  ];
  t.equal(places(plotOf([{ name: 'one', points }], true))[0]?.length, 1);
  t.equal(places(plotOf([{ name: 'one', points }]))[0]?.length, 2);
});

t.test('no points and no lines still make a picture', async (t) => {
  for (const logY of [false, true]) {
    const empty = plotOf([], logY) + plotOf([{ name: 'one', points: [] }], logY);
    t.notMatch(empty, /NaN|Infinity|undefined/);
  }
});

t.test('every line looks unlike the others, also when the colours are spent', async (t) => {
  const lines = Array.from({ length: 15 }, (_, i) => ({
    name: `line ${i}`,
    points: [{ x: i, y: i }],
  }));
  const looks = [...plotOf(lines).matchAll(/<polyline points="[^"]*" (.*)\/>/g)].map(
    ([, look]) => look,
  );
  t.equal(new Set(looks).size, 15);
});

t.test('a subtitle and the labels of points are drawn where they are given', async (t) => {
  const points = [
    { x: 1, y: 1, label: '64' },
    { x: 2, y: 2 },
  ];
  const svg = linePlot({ ...LABELS, subtitle: 'where and when', lines: [{ name: 'one', points }] });
  t.same(texts(svg).slice(0, 2), ['Title', 'where and when']);
  t.equal(texts(svg).filter((text) => text === '64').length, 1);
  t.notMatch(svg, 'undefined');
});

t.test('texts are escaped', async (t) => {
  const svg = linePlot({ ...LABELS, title: 'a < b & c > d', lines: [] });
  t.match(svg, 'a &lt; b &amp; c &gt; d');
  t.notMatch(svg, 'a < b');
});
