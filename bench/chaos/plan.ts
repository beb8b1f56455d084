import { pick, type Random, randomFrom } from '../../test/helpers/mutate.js';

// What happens in a run, and in which order, depends on the seed alone; when it happens depends on the machine too.

/** Which serving processes a disturbance concerns. */
export type Victim = 'oldest' | 'youngest' | 'all';

export type Disturbance =
  /** SIGKILL. */
  | { readonly kind: 'kill'; readonly victim: Victim }
  /** SIGSTOP, and SIGCONT long before the supervisor should consider the process hung. */
  | { readonly kind: 'stop'; readonly victim: Victim; readonly forMs: number }
  /** SIGSTOP until the supervisor replaces the process. */
  | { readonly kind: 'hang'; readonly victim: Victim }
  | { readonly kind: 'stop supervisor'; readonly forMs: number }
  /** A new configuration file, noticed by itself or by SIGHUP; `undefined` stands for an invalid one. */
  | {
      readonly kind: 'reload';
      readonly batching: Batching | undefined;
      readonly bySignal: boolean;
    }
  /** Nobody reads the server's stdout until the end of the round. */
  | { readonly kind: 'unread log' }
  /** Other programs that use all the processor time that they get. */
  | { readonly kind: 'busy'; readonly programs: number; readonly forMs: number };

export type DisturbanceKind = Disturbance['kind'];

export interface Batching {
  readonly maxBatchSize: number;
  readonly maxQueueDelayMs: number;
  readonly maxQueueSize: number;
  readonly allowedBatchSizes: readonly number[];
}

export const CLIENT_KINDS = [
  'good',
  'bad',
  'slow',
  'aborting',
  'bursting',
  'pipelining',
  'idle',
] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];

export interface Client {
  readonly kind: ClientKind;
  readonly random: Random;
}

export interface Round {
  /** How long clients begin new requests. */
  readonly activeMs: number;
  readonly clients: readonly Client[];
  readonly disturbances: readonly { readonly atMs: number; readonly what: Disturbance }[];
}

/** The time from a start of the program to its end. */
export interface Life {
  /** Its stdout: a pipe that is read, a pipe that nobody ever reads, or a device without space. */
  readonly stdout: 'read' | 'unread' | 'full';
  readonly rounds: number;
}

/** The odd lives are long and spare the oldest process, so that a leak has time to show. */
function isLong(life: number): boolean {
  return life % 2 === 1;
}

export function planLife(seed: number, life: number): Life {
  const random = randomOf(seed, life);
  if (isLong(life)) return { stdout: 'read', rounds: 60 + random(60) };
  return { stdout: pick(random, ['unread', 'full']), rounds: 4 + random(3) };
}

export function planRound(seed: number, life: number, round: number): Round {
  const random = randomOf(seed, life, round, 1);
  const activeMs = 3000 + random(4000);
  const clients = crowd(random).map((kind, i) => ({
    kind,
    random: randomOf(seed, life, round, 2, i),
  }));
  const disturbances = cardOf(seed, life, round).map((what) => ({
    atMs: 200 + random(Math.floor(activeMs / 2)),
    what,
  }));
  return { activeMs, clients, disturbances };
}

function crowd(random: Random): ClientKind[] {
  const some = (kind: ClientKind, most: number) =>
    random(2) === 0 ? [] : Array.from({ length: 1 + random(most) }, () => kind);
  return [
    ...Array.from({ length: 3 + random(4) }, () => 'good' as const),
    ...some('bad', 3),
    ...some('slow', 5),
    ...some('aborting', 3),
    ...some('bursting', 1),
    ...some('pipelining', 2),
    ...some('idle', 1),
  ];
}

/** Each life deals its rounds from shuffled decks, so that a short run has every kind of disturbance too. */
function cardOf(seed: number, life: number, round: number): readonly Disturbance[] {
  const of = isLong(life) ? longDeck : shortDeck;
  const size = of(() => 0).length;
  const deck = of(randomOf(seed, life, Math.floor(round / size), 3));
  return deck[round % size] ?? [];
}

function shortDeck(random: Random): Disturbance[][] {
  return shuffled(random, [
    [{ kind: 'kill', victim: 'all' }],
    [{ kind: 'kill', victim: 'oldest' }, reload(random)],
    [{ kind: 'hang', victim: pick(random, ['oldest', 'youngest']) }],
    [stop(random, 'all'), busy(random)],
    [],
  ]);
}

function longDeck(random: Random): Disturbance[][] {
  return shuffled(random, [
    [{ kind: 'kill', victim: 'youngest' }],
    [{ kind: 'kill', victim: 'youngest' }, reload(random)],
    [{ kind: 'hang', victim: 'youngest' }],
    [stop(random, pick(random, ['oldest', 'youngest', 'all']))],
    [{ kind: 'stop supervisor', forMs: 300 + random(2500) }],
    [reload(random)],
    [reload(random), reload(random), reload(random)],
    [{ kind: 'unread log' }],
    [busy(random)],
    [],
    [],
    [],
  ]);
}

function stop(random: Random, victim: Victim): Disturbance {
  return { kind: 'stop', victim, forMs: 100 + random(900) };
}

function busy(random: Random): Disturbance {
  return { kind: 'busy', programs: 2 + random(7), forMs: 1000 + random(4000) };
}

function reload(random: Random): Disturbance {
  const bySignal = random(2) === 0;
  if (random(4) === 0) return { kind: 'reload', batching: undefined, bySignal };
  const maxBatchSize = pick(random, [1, 2, 4, 8, 16, 32]);
  const batching = {
    maxBatchSize,
    maxQueueDelayMs: pick(random, [0, 0, 2, 10]),
    maxQueueSize: pick(random, [64, 256, 1024]),
    allowedBatchSizes: random(3) === 0 && maxBatchSize > 1 ? [1, maxBatchSize] : [],
  };
  return { kind: 'reload', batching, bySignal };
}

function shuffled<T>(random: Random, all: readonly T[]): T[] {
  const rest = [...all];
  return all.map(() => rest.splice(random(rest.length), 1)[0] as T);
}

/** A generator of its own for each part of a run, so that the order in which parts run makes no difference. */
export function randomOf(seed: number, ...path: readonly number[]): Random {
  const mixed = path.reduce((state, step) => Math.imul(state ^ (step + 1), 0x9e3779b1), seed + 1);
  return randomFrom(mixed);
}
