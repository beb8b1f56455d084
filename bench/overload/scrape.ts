import { sumOfMetric } from '../tools/sum-of-metric.js';

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
  const accepted = sumOfMetric(text, 'batch_dispatch_items_accepted_total');
  const refused = sumOfMetric(text, 'batch_dispatch_items_refused_total');
  const settled = sumOfMetric(text, 'batch_dispatch_items_settled_total');
  const ok = sumOfMetric(text, 'batch_dispatch_items_settled_total', 'outcome="ok"');
  const requests = sumOfMetric(text, 'batch_dispatch_requests_total');
  const booksOff = [
    accepted - settled,
    ok - seen.answered,
    accepted + refused - seen.sent,
    requests - seen.sent,
    sumOfMetric(text, 'batch_dispatch_items_in_progress'),
  ].reduce((total, difference) => total + Math.abs(difference), 0);
  return { loopDelayP99Ms: sumOfMetric(text, 'nodejs_eventloop_lag_p99_seconds') * 1000, booksOff };
}
