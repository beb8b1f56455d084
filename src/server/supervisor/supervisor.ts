import { checkOpenFiles } from '../config/check-open-files.js';
import { StartError } from '../config/start-error.js';

// The program. With too few files it could not even load its modules, so that is checked before.

// If stdout or stderr cannot be written to, for example because the disk is full, keep serving. This also sets pipes to
// non-blocking mode, in which the serving processes need the log.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
try {
  // Without a handler, Node would open its inspector.
  process.on('SIGUSR1', () => {});
  const openFiles = checkOpenFiles();
  const { supervise } = await import('./supervise.js');
  await supervise(process.argv.slice(2), openFiles);
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
