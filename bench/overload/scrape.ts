import { sumOfMetric } from '../tools/sum-of-metric.js';

/** The values of /metrics for a server at rest. */
export interface Scrape {
  /** Delay of the event loop since the last scrape; it includes the sampling interval of 10 ms. */
  readonly loopDelayP99Ms: number;
  /** Images or requests by which the metrics differ from each other and from the clients' counts; 0 if exact. */
  readonly booksOff: number;
}

/** The statuses that the clients have seen since the start of the server, and the number of requests they sent. */
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
