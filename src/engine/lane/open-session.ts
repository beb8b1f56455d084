import type { InferenceSession } from 'onnxruntime-node';
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
  // When a GPU runs the model, the CPU cores are for the decode threads.
  const threads =
    source.provider === 'cpu' ? {} : ({ intraOpNumThreads: 1, interOpNumThreads: 1 } as const);
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
