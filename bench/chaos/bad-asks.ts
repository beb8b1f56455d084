import { frame, makeJpeg, scan } from '../../test/helpers/make-jpeg.js';
import { mutateBytes, pick, type Random } from '../../test/helpers/mutate.js';
import { CLASSIFY } from './doors.js';
import { httpRequest } from './http-request.js';
import type { Ask } from './ledger.js';
import type { References } from './references.js';

const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** What any bytes may be answered that begin like an image. */
const ANY_BYTES = [200, 400, 413, 415, 422];

type Bad = Omit<Ask, 'kind'>;

/** A request that must be refused, or that nobody knows what it contains. */
export function badAsk(random: Random, { images }: References): Ask {
  const image = pick(random, images.slice(0, -2));
  const classify = (body: Buffer, statuses: readonly number[], headers = {}): Bad => ({
    request: CLASSIFY.request([body], headers),
    statuses,
  });
  const bad: (() => Bad)[] = [
    () => classify(mutateBytes(random, image), ANY_BYTES),
    () => classify(image.subarray(0, 1 + random(image.length - 1)), ANY_BYTES),
    () => classify(Buffer.alloc(0), [400]),
    () => classify(Buffer.from('GIF89a, but not really'), [400, 415]),
    () => classify(makeJpeg(frame({ width: 20_000, height: 20_000 }), scan()), [400, 422]),
    () => classify(image, [415], { 'Content-Encoding': 'gzip' }),
    () => classify(image, [400], { 'X-Request-Timeout-Ms': 'soon' }),
    () => ({ request: httpRequest('POST', '/api/classify?top_k=0', {}, image), statuses: [400] }),
    () => ({ request: httpRequest('POST', '/nowhere', {}, image), statuses: [404] }),
    () => ({ request: httpRequest('DELETE', '/api/classify'), statuses: [405] }),
    () => ({
      request: httpRequest('POST', '/v2/models/demo/infer', {}, mutateBytes(random, INFER)),
      statuses: [200, 400, 413, 415, 422],
    }),
    // The server may close the connection before it has read all of these.
    () => ({
      request: httpRequest('POST', '/api/classify', { 'Content-Length': `${MAX_BODY_BYTES + 1}` }),
      statuses: [413],
      mayBeCut: true,
    }),
    () => ({
      request: mutateBytes(random, CLASSIFY.request([image])),
      statuses: ANY,
      mayBeCut: true,
    }),
  ];
  return { kind: 'bad', ...pick(random, bad)() };
}

const INFER = Buffer.from(
  '{"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"data":["aW1hZ2U="]}]}',
);
/** What a request may be answered whose headers are broken too. */
const ANY = [200, 400, 404, 405, 408, 411, 413, 415, 421, 422, 431];
