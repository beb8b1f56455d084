import type { InferenceSession } from 'onnxruntime-node';
import { createSession } from './create-session.js';
import type { SessionSource } from '../provider.js';
import { sessionParts } from './session-parts.js';

/** A model that is open on its provider, in as many sessions as the provider needs. */
export interface OpenSession {
  /** IMAGE in, CONFIDENCE and LABEL_INDEX out. */
  readonly run: (feeds: InferenceSession.FeedsType) => Promise<InferenceSession.ReturnType>;
}

/**
 * Opens a model.
 *
 * @param parts each part gets the outputs of the one before it
 * @throws {Error} from the runtime; a provider that is missing, or that does not support every node, is an error
 */
export async function openSession(
  source: SessionSource,
  parts = sessionParts(source),
): Promise<OpenSession> {
  // When a GPU runs the model, the CPU cores are for the decode threads.
  const threads =
    source.provider === 'cpu' ? {} : ({ intraOpNumThreads: 1, interOpNumThreads: 1 } as const);
  const sessions: InferenceSession[] = [];
  for (const part of parts) sessions.push(await createSession(part, threads));
  return {
    async run(feeds) {
      let values = feeds;
      for (const session of sessions) values = await session.run(values);
      return values;
    },
  };
}
