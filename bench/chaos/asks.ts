import { pick, type Random } from '../../test/helpers/mutate.js';
import { CLASSIFY, DOORS, FORM } from './doors.js';
import type { Ask } from './ledger.js';
import type { ClientKind } from './plan.js';
import type { References } from './references.js';

/** The number of an image that cannot be decoded. */
const UNDECODABLE = -1;
const NO_IMAGE = Buffer.from('This is no image.');

/** A request with correct images, at any door. */
export function goodAsk(kind: ClientKind, random: Random, { images }: References): Ask {
  const door = pick(random, [CLASSIFY, CLASSIFY, ...DOORS]);
  const count = 1 + random(door.maxImages);
  const numbers = Array.from({ length: count }, () => anyImage(random, images));
  // Some images of a form cannot be decoded, and the others must not notice.
  if (door === FORM && random(3) === 0) numbers[random(count)] = UNDECODABLE;
  const bytes = numbers.map((number) => images[number] ?? NO_IMAGE);
  return { kind, request: door.request(bytes), statuses: [200], images: { door, numbers } };
}

/** One image at the plain door. */
export function plainAsk(kind: ClientKind, random: Random, { images }: References): Ask {
  const number = anyImage(random, images);
  const request = CLASSIFY.request([images[number] ?? NO_IMAGE]);
  return { kind, request, statuses: [200], images: { door: CLASSIFY, numbers: [number] } };
}

/** The large images are rare, as with real clients; they are last. */
function anyImage(random: Random, images: readonly Buffer[]): number {
  return random(8) === 0 ? random(images.length) : random(images.length - 2);
}
