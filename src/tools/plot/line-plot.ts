import { type Axis, linearAxis, logAxis } from './axis.js';

export interface PlotPoint {
  readonly x: number;
  readonly y: number;
  /** Stands beside the point. */
  readonly label?: string;
}

export interface PlotLine {
  readonly name: string;
  /** In the order in which they are connected. */
  readonly points: readonly PlotPoint[];
}

export interface LinePlot {
  readonly title: string;
  /** Stands in smaller letters below the title. */
  readonly subtitle?: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** In the order of the legend. */
  readonly lines: readonly PlotLine[];
  /** Makes the y axis logarithmic. */
  readonly logY?: boolean;
}

const WIDTH = 840;
const HEIGHT = 500;
const LEFT = 76;
const RIGHT = 640;
const TOP = 50;
const BOTTOM = 440;
const LEGEND_LEFT = RIGHT + 24;
const LEGEND_ROW = 22;

/** Colours that people with colour blindness can tell apart (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];
/** Dash patterns, used in turn once all colours are used. */
const DASHES = ['', '8 4', '2 3'];

const number = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6 });

/**
 * Draws lines over two axes as the text of an SVG file. Axes start at 0, a logarithmic one at the tick below its
 * smallest value. Points that are not finite, or not positive on a logarithmic axis, are left out.
 */
export function linePlot(plot: LinePlot): string {
  const { title, subtitle, xLabel, yLabel, lines, logY = false } = plot;
  const drawable = lines.map(({ name, points }) => ({
    name,
    points: points.filter(
      ({ x, y }) => Number.isFinite(x) && Number.isFinite(y) && (!logY || y > 0),
    ),
  }));
  const all = drawable.flatMap(({ points }) => points);
  const xAxis = linearAxis(
    all.map(({ x }) => x),
    LEFT,
    RIGHT,
  );
  const yAxis = (logY ? logAxis : linearAxis)(
    all.map(({ y }) => y),
    BOTTOM,
    TOP,
  );
  const middle = (LEFT + RIGHT) / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13" fill="#222">`,
    `<title>${xmlText(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(WIDTH / 2, 20, title, 'text-anchor="middle" font-size="16"'),
    ...(subtitle ? [text(WIDTH / 2, 39, subtitle, 'text-anchor="middle" font-size="12"')] : []),
    ...xTicks(xAxis),
    ...yTicks(yAxis),
    `<path d="M${LEFT} ${TOP}V${BOTTOM}H${RIGHT}" fill="none" stroke="#222"/>`,
    text(middle, BOTTOM + 44, xLabel, 'text-anchor="middle"'),
    text(
      0,
      0,
      yLabel,
      `text-anchor="middle" transform="translate(20 ${(TOP + BOTTOM) / 2}) rotate(-90)"`,
    ),
    ...drawable.flatMap(({ points }, i) => drawLine(points, i, xAxis, yAxis)),
    ...drawable.flatMap(({ name }, i) => legendRow(name, i)),
    '</svg>',
    '',
  ].join('\n');
}

function xTicks({ place, ticks }: Axis): string[] {
  return ticks.flatMap((tick) => [
    gridLine(place(tick), TOP, place(tick), BOTTOM),
    text(place(tick), BOTTOM + 20, number.format(tick), 'text-anchor="middle"'),
  ]);
}

function yTicks({ place, ticks }: Axis): string[] {
  return ticks.flatMap((tick) => [
    gridLine(LEFT, place(tick), RIGHT, place(tick)),
    text(LEFT - 8, place(tick) + 4, number.format(tick), 'text-anchor="end"'),
  ]);
}

function drawLine(points: readonly PlotPoint[], i: number, xAxis: Axis, yAxis: Axis): string[] {
  const places = points.map(({ x, y }) => [round(xAxis.place(x)), round(yAxis.place(y))] as const);
  const joined = places.map(([x, y]) => `${x},${y}`).join(' ');
  const labels = points.flatMap(({ label }, at) => {
    const [x, y] = places[at] ?? [0, 0];
    return label === undefined
      ? []
      : [text(x + 6, y - 6, label, `font-size="11" fill="${colour(i)}"`)];
  });
  return [
    `<polyline points="${joined}" fill="none" ${stroke(i)}/>`,
    ...places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3" fill="${colour(i)}"/>`),
    ...labels,
  ];
}

function legendRow(name: string, i: number): string[] {
  const y = TOP + 8 + i * LEGEND_ROW;
  return [`<path d="M${LEGEND_LEFT} ${y}h28" ${stroke(i)}/>`, text(LEGEND_LEFT + 36, y + 4, name)];
}

function gridLine(x1: number, y1: number, x2: number, y2: number): string {
  return `<path d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}" stroke="#ddd"/>`;
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${xmlText(content)}</text>`;
}

function stroke(i: number): string {
  const dashes = DASHES[Math.floor(i / COLOURS.length) % DASHES.length];
  return `stroke="${colour(i)}" stroke-width="2"${dashes ? ` stroke-dasharray="${dashes}"` : ''}`;
}

function colour(i: number): string {
  return COLOURS[i % COLOURS.length] ?? '';
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function xmlText(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
