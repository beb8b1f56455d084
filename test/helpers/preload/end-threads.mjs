import { BroadcastChannel, isMainThread, workerData } from 'node:worker_threads';

// Loaded before the program, in each of its threads: SIGUSR2 ends the decode threads of a process, and SIGWINCH its lane
// threads, each with code 0. What a thread was started with tells which it is.

const channel = new BroadcastChannel('end threads');
if (isMainThread) {
  process.on('SIGUSR2', () => channel.postMessage('decoder'));
  process.on('SIGWINCH', () => channel.postMessage('source'));
} else {
  channel.onmessage = ({ data: key }) => {
    if (typeof workerData === 'object' && workerData?.[key] !== undefined) process.exit(0);
  };
}
channel.unref();
