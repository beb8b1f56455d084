import { env, InferenceSession } from 'onnxruntime-node';
import { sleepWhileWaiting } from '../../native/index.js';
import type { SessionSource } from '../provider.js';

/** Fatal only: every error is also thrown, and TensorRT logs harmless warnings at every start. */
const LOG_FATAL = 4;
/** The runtime maps the files into memory, so that all sessions share them and they may be larger than 2 GB. */
const WEIGHTS_FOLDER = 'session.model_external_initializers_file_folder_path';

/**
 * Creates one session of the runtime. GPU providers use the first device that this process sees.
 *
 * @throws {Error} from the runtime; a provider that is missing, or that does not support every node, is an error
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
      // The runtime gets the graph as bytes, so it does not know the folder.
      ...(weightsFolder === undefined ? {} : { [WEIGHTS_FOLDER]: weightsFolder }),
    },
    ...more,
  };
  return typeof model === 'string'
    ? await InferenceSession.create(model, options)
    : await InferenceSession.create(model, options);
}
