import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scene } from './clients.js';
import type { Verdict } from './verdict.js';

interface SceneOptions extends Pick<Scene, 'port' | 'ledger' | 'references'> {
  readonly verdict: Verdict;
}

/** A scene for clients, and what tells them that it is over. A broken promise ends it too. */
export function openScene({ port, ledger, references, verdict }: SceneOptions): {
  readonly scene: Scene;
  readonly end: () => void;
} {
  const over = new AbortController();
  const { signal } = over;
  setMaxListeners(0, signal);
  const end = () => over.abort();
  verdict.signal.addEventListener('abort', end, { once: true, signal });
  if (verdict.signal.aborted) end();
  const scene: Scene = {
    ...{ port, ledger, references },
    isOver: () => signal.aborted,
    pause: (ms) => sleep(ms, undefined, { signal }).catch(() => {}),
  };
  return { scene, end };
}
