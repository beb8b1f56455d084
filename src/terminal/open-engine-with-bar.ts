import {
  type Engine,
  type EngineRequest,
  engineRuntime,
  type Model,
  openEngine,
  type RuntimeOptions,
} from '../engine/index.js';
import { ProgressBar } from './progress-bar.js';

type Options = Omit<RuntimeOptions, 'model' | 'maxBatchSize' | 'say' | 'tick' | 'measuring'>;

/**
 * Opens an engine and shows the progress in the terminal: a bar while the curve is measured, and a line every ten
 * seconds while an engine is built.
 *
 * @param say called with a line, after the bar has been removed
 * @throws {ModelRefusedError} one sentence
 */
export async function openEngineWithBar(
  model: Model,
  request: EngineRequest,
  options: Options,
  say: (line: string) => void,
): Promise<Engine> {
  const bar = new ProgressBar('measuring the latency curve', process.stderr);
  const sayBelow = (line: string) => {
    bar.end();
    say(line);
  };
  const runtime = engineRuntime({
    ...options,
    model,
    maxBatchSize: request.sizes.maxBatchSize,
    say: sayBelow,
    tick: (seconds) => seconds % 10 === 0 && sayBelow(`building for ${seconds} s`),
    measuring: (share) => bar.update(share),
  });
  return await openEngine(model, request, runtime, sayBelow).finally(() => bar.end());
}
