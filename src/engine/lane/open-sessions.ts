import { type OpenSession, openSession } from './open-session.js';
import type { SessionSource } from '../provider.js';

/** The session that runs batches of a size. */
export type Sessions = (batchSize: number) => OpenSession;

/**
 * Opens the session of a lane; on CUDA one for each size. CUDA prepares every convolution anew when a batch has another size
 * than the last, which takes ResNet-50 150 ms (docs/decisions/0007), so there each size has a session that runs no other.
 *
 * @param batchSizes rising
 * @throws {Error} the runtime's
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
  // After a reload there may be sizes without one.
  const largest = sessions.get(batchSizes.at(-1) ?? 1) as OpenSession;
  return (batchSize) => sessions.get(batchSize) ?? largest;
}
