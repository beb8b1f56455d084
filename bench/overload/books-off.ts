import { sumOfMetric } from '../tools/sum-of-metric.js';

/** The statuses that the clients have seen since the start of the server, and the number of requests they sent. */
export interface Seen {
  readonly sent: number;
  readonly answered: number;
}

/**
 * Images or requests by which the metrics of a server at rest differ from each other and from the clients' counts; 0 if
 * they are exact.
 */
export async function booksOff(url: string, seen: Seen, imagesPerRequest: number): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const accepted = sumOfMetric(text, 'batch_dispatch_items_accepted_total');
  const refused = sumOfMetric(text, 'batch_dispatch_items_refused_total');
  const settled = sumOfMetric(text, 'batch_dispatch_items_settled_total');
  const ok = sumOfMetric(text, 'batch_dispatch_items_settled_total', 'outcome="ok"');
  const requests = sumOfMetric(text, 'batch_dispatch_requests_total');
  // A form that is refused before its upload counts as one image, and one that is answered may hold errors.
  const ofImages =
    imagesPerRequest === 1 ? [ok - seen.answered, accepted + refused - seen.sent] : [];
  return [
    accepted - settled,
    requests - seen.sent,
    sumOfMetric(text, 'batch_dispatch_items_in_progress'),
    ...ofImages,
  ].reduce((total, difference) => total + Math.abs(difference), 0);
}
