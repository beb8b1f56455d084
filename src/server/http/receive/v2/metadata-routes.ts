import { programVersion } from '../../../program-version.js';
import { type FindModelDeps, findModel, listModels, VERSION } from '../find-model.js';
import { maxImages } from '../max-images.js';
import { INPUT, OUTPUT } from './infer-tensors.js';

const EXTENSIONS = [
  'classification',
  'binary_tensor_data',
  'model_configuration',
  'model_repository',
  'statistics',
  'parameters',
];

/** GET /v2: name, version and extensions of the server. */
export function serverRoute() {
  const server = { name: 'batch-dispatch', version: programVersion(), extensions: EXTENSIONS };
  return (): Response => Response.json(server);
}

/** GET /v2/models/{name}/ready: 200 if the model is ready, otherwise why not. */
export function modelReadyRoute(deps: FindModelDeps) {
  return function modelReady(name: string, version?: string): Response {
    findModel(deps, name, version);
    return Response.json({ name, ready: true });
  };
}

/** GET /v2/models/{name}/config: the model in the form of a Triton model configuration. */
export function modelConfigRoute(deps: FindModelDeps) {
  return function modelConfig(name: string, version?: string): Response {
    const { batching, labels } = findModel(deps, name, version).describe();
    // Clients send at most this many images in one request.
    const maxBatchSize = Math.min(batching.maxBatchSize, maxImages(batching));
    return Response.json({
      name,
      platform: 'onnxruntime_onnx',
      backend: 'onnxruntime',
      max_batch_size: maxBatchSize,
      input: [{ name: INPUT, data_type: 'TYPE_STRING', format: 'FORMAT_NONE', dims: [1] }],
      output: [
        { name: OUTPUT, data_type: 'TYPE_FP32', dims: [labels], label_filename: 'labels.txt' },
      ],
      dynamic_batching: {
        preferred_batch_size: [maxBatchSize],
        max_queue_delay_microseconds: Math.round(batching.maxQueueDelayMs * 1000),
      },
    });
  };
}

/** POST /v2/repository/index: all models and their states. */
export function repositoryIndexRoute(deps: FindModelDeps) {
  return function repositoryIndex(): Response {
    const models = listModels(deps);
    return Response.json(
      models.map(({ name }) => ({ name, version: VERSION, state: 'READY', reason: '' })),
    );
  };
}
