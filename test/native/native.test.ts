import { join } from 'node:path';
import t from 'tap';
import { adviceFor, explainProvider, whatIsMissing } from '../../src/engine/explain-provider.js';
import { GPU_LIBRARIES, readGpuHost } from '../../src/native/gpu-host.js';
import { OrtCApi, OrtError } from '../../src/native/ort-c-api.js';

t.test(
  'the C API of the library that the package brings opens models and says what is wrong',
  async (t) => {
    const api = new OrtCApi();
    t.equal(api.version, '1.30.0');
    api.createSession('models/demo/model.onnx');
    t.throws(() => api.createSession(join(t.testdir(), 'none.onnx')), OrtError);
    t.throws(() => api.createSession('package.json'), { message: /Protobuf parsing failed/ });
  },
);

t.test('a library is found with its path, or missing with what dlopen said', async (t) => {
  const { libraries } = await readGpuHost(['libc.so.6', 'libnothing.so.7']);
  t.match(libraries, [
    { file: 'libc.so.6', path: /\/libc.*\.so/ },
    { file: 'libnothing.so.7', error: /^libnothing\.so\.7: cannot open shared object file/ },
  ]);
  t.equal((await readGpuHost(GPU_LIBRARIES)).libraries.length, GPU_LIBRARIES.length);
});

t.test('each missing library has its advice', async (t) => {
  for (const [file, advice] of [
    ['/a/libonnxruntime_providers_cuda.so', /gpu:install/],
    ['libcuda.so.1', /driver/],
    ['libcudart.so.13', /CUDA 13/],
    ['libcublasLt.so.13', /CUDA 13/],
    ['libcudnn.so.9', /cuDNN 9/],
    ['libnvinfer.so.10', /TensorRT 10/],
    ['libnvonnxparser.so.10', /TensorRT 10/],
    ['libvulkan.so.1', /libvulkan1/],
  ] as const) {
    t.match(adviceFor(file), advice);
  }
});

t.test('without a GPU, CUDA providers are not tried, and the CPU misses nothing', async (t) => {
  for (const provider of ['tensorrt', 'cuda'] as const) {
    t.match(await whatIsMissing(provider, 0), /no NVIDIA GPU.*driver.*CUDA_VISIBLE_DEVICES/);
    t.equal(await whatIsMissing(provider, 1), undefined);
  }
  t.equal(await whatIsMissing('cpu', 0), undefined);
  t.equal(await explainProvider('cpu'), undefined);
});
