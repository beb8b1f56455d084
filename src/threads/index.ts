export { nameThread } from './name-thread.js';
export { type Answer, type StartedThread, serveThread } from './serve-thread.js';
export {
  type Thread,
  ThreadClosedError,
  ThreadEndedError,
  ThreadLink,
  ThreadRefusedError,
} from './thread-link.js';
export { usableCores } from './usable-cores.js';
