import { env, InferenceSession } from 'onnxruntime-node';
import { sleepWhileWaiting } from '../../native/sleep-while-waiting.js';
import type { SessionSource } from '../provider.js';

/** Fatal only: every error comes as an exception too, and TensorRT warns of harmless things at every start. */
const LOG_FATAL = 4;
/** The runtime maps the files into memory, where every session shares them; they may hold more than 2 GB. */
const WEIGHTS_FOLDER = 'session.model_external_initializers_file_folder_path';

/**
 * Creates one session of the runtime. GPU providers use the first device that this process sees.
 *
 * @throws {Error} the runtime's; a provider that is missing, or that does not take every node, is an error
 */
export async function createSession(
  { provider, model, weightsFolder, allowCpuNodes }: SessionSource,
  more: InferenceSession.SessionOptions = {},
): Promise<InferenceSession> {
  env.logLevel = 'fatal';
  if (provider === 'cuda' || provider === 'tensorrt') sleepWhileWaiting();
  const isCpu = provider === 'cpu';
  const options: InferenceSession.SessionOptions = {
    executionProviders: [
      isCpu || provider === 'webgpu' ? provider : { name: provider, deviceId: 0 },
    ],
    logSeverityLevel: LOG_FATAL,
    extra: {
      'session.intra_op.allow_spinning': '0',
      'session.disable_cpu_ep_fallback': isCpu || allowCpuNodes ? '0' : '1',
      // The graph is given as bytes, so that the runtime does not know where it lay.
      ...(weightsFolder === undefined ? {} : { [WEIGHTS_FOLDER]: weightsFolder }),
    },
    ...more,
  };
  return typeof model === 'string'
    ? await InferenceSession.create(model, options)
    : await InferenceSession.create(model, options);
}
