import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pinned } from '../http/pinned.js';

/**
 * Starts a program of bench/ in a separate process, pinned to `cores` if they are given.
 *
 * @returns a function that waits for its next message, and throws if the process ends without one
 */
export function startGenerator(
  program: string,
  orders: object,
  cores: string | undefined,
): () => Promise<unknown> {
  const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
  const [command, args] = pinned(cores, [path, JSON.stringify(orders)]);
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  // The process exits right after its last message, and the "exit" event may overtake that message.
  const ended = once(child, 'disconnect').then(() => {
    throw new Error('the load generator ended before it had a result');
  });
  return () => Promise.race([once(child, 'message').then(([message]) => message), ended]);
}
