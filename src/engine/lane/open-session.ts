import { availableParallelism } from 'node:os';
import type { InferenceSession } from 'onnxruntime-node';
import { usableCores } from '../../threads/index.js';
import { CONFIDENCE, LABEL_INDEX, SCORES } from '../graph/index.js';
import type { SessionSource } from '../provider.js';
import { createSession } from './create-session.js';
import { sessionParts } from './session-parts.js';

const BEST = [CONFIDENCE, LABEL_INDEX];
const EVERYTHING = [...BEST, SCORES];

/** A model that is open on its provider, in as many sessions as the provider needs. */
export interface OpenSession {
  /** IMAGE in, CONFIDENCE and LABEL_INDEX out, and SCORES if requested. */
  readonly run: (
    feeds: InferenceSession.FeedsType,
    allScores?: boolean,
  ) => Promise<InferenceSession.ReturnType>;
}

/**
 * Opens a model.
 *
 * @param parts one session, or two; the second gets the outputs of the first
 * @throws {Error} from the runtime; a provider that is missing, or that does not support every node, is an error
 */
export async function openSession(
  source: SessionSource,
  parts = sessionParts(source),
): Promise<OpenSession> {
  const threads = threadsOf(source);
  const [first, second] = parts;
  const session = await createSession(first ?? source, threads);
  if (!second) {
    // Does not fetch SCORES from a GPU unless they are needed.
    return { run: (feeds, allScores) => session.run(feeds, allScores ? EVERYTHING : BEST) };
  }
  const best = await createSession(second, threads);
  return {
    async run(feeds) {
      const scores = await session.run(feeds);
      return { ...scores, ...(await best.run(scores)) };
    },
  };
}

/**
 * When a GPU runs the model, the CPU cores are for the decode threads. On the CPU, the runtime starts a thread for each
 * core of the host; it does not know the CPU limit of a container.
 */
function threadsOf({ provider }: SessionSource): InferenceSession.SessionOptions {
  if (provider !== 'cpu') return { intraOpNumThreads: 1, interOpNumThreads: 1 };
  return usableCores() < availableParallelism() ? { intraOpNumThreads: usableCores() } : {};
}
