import { workerData } from 'node:worker_threads';
import { requirePackage } from '../../native/index.js';
import { nameThread, serveThread } from '../../threads/index.js';
import type { LaneReady, LaneReply, LaneRequest, LaneWorkerData } from './lane-messages.js';

// The thread of one lane. session.run() blocks its thread for the whole batch, so each lane has its own thread.

// The runtime's own threads get this name too.
nameThread('lane');
await serveThread<LaneRequest, LaneReply, LaneReady, number>(async (measuring) => {
  requirePackage('onnxruntime-node');
  const { startLane } = await import('./start-lane.js');
  return await startLane(workerData as LaneWorkerData, measuring);
});
