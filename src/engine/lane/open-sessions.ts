import type { SessionSource } from '../provider.js';
import { type OpenSession, openSession } from './open-session.js';

/** Returns the session that runs batches of a given size. */
export type Sessions = (batchSize: number) => OpenSession;

/**
 * Opens the session of a lane; on CUDA, one session per size. The CUDA provider prepares every convolution again when
 * the batch size changes, which takes ResNet-50 150 ms (docs/decisions/0007), so each session there runs only one size.
 *
 * @param batchSizes in ascending order
 * @throws {Error} from the runtime
 */
export async function openSessions(
  source: SessionSource,
  batchSizes: readonly number[],
  open: (source: SessionSource) => Promise<OpenSession> = openSession,
): Promise<Sessions> {
  if (source.provider !== 'cuda') {
    const session = await open(source);
    return () => session;
  }
  const sessions = new Map<number, OpenSession>();
  for (const batchSize of batchSizes) sessions.set(batchSize, await open(source));
  // After a reload there may be sizes without their own session.
  const largest = sessions.get(batchSizes.at(-1) ?? 1) as OpenSession;
  return (batchSize) => sessions.get(batchSize) ?? largest;
}
