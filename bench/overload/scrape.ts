/** What /metrics says of a server at rest. */
export interface Scrape {
  /** Of the event loop's turns since the last scrape; the sampling interval of 10 ms is in it. */
  readonly loopDelayP99Ms: number;
  /** Images, or requests, by which the books differ from each other and from what the clients saw; 0 if exact. */
  readonly booksOff: number;
}

/** Statuses that the clients saw since the server began, and how many requests they sent. */
export interface Seen {
  readonly sent: number;
  readonly answered: number;
}

export async function scrape(url: string, seen: Seen): Promise<Scrape> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const accepted = sum(text, 'batch_dispatch_items_accepted_total');
  const refused = sum(text, 'batch_dispatch_items_refused_total');
  const settled = sum(text, 'batch_dispatch_items_settled_total');
  const ok = sum(text, 'batch_dispatch_items_settled_total{model="fake",outcome="ok"}');
  const requests = sum(text, 'batch_dispatch_requests_total');
  const booksOff = [
    accepted - settled,
    ok - seen.answered,
    accepted + refused - seen.sent,
    requests - seen.sent,
    sum(text, 'batch_dispatch_items_in_progress'),
  ].reduce((total, difference) => total + Math.abs(difference), 0);
  return { loopDelayP99Ms: sum(text, 'nodejs_eventloop_lag_p99_seconds') * 1000, booksOff };
}

/** Over all labels, unless `series` names them. */
function sum(text: string, series: string): number {
  const lines = text.split('\n').filter((line) => {
    const end = line[series.length];
    return line.startsWith(series) && (end === ' ' || end === '{');
  });
  return lines.reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
}
