import { writeSync } from 'node:fs';
import { ORDERS_VARIABLE } from '../../src/server/supervisor/process-messages.js';

// A program for tests in the place of main.ts: it tells the supervisor what it is asked to, and ends when asked to.

process.on('message', (message: { kind: string; tell?: object; exit?: number; block?: true }) => {
  if (message.tell) process.send?.(message.tell);
  if (message.exit !== undefined) process.exit(message.exit);
  if (message.block) for (;;);
});
process.send?.({
  kind: 'started',
  orders: JSON.parse(process.env[ORDERS_VARIABLE] ?? ''),
  visible: process.env['CUDA_VISIBLE_DEVICES'],
  socket: canWrite(4),
});

/** Whether the process has this descriptor. */
function canWrite(descriptor: number): boolean {
  try {
    writeSync(descriptor, '');
    return true;
  } catch {
    return false;
  }
}
