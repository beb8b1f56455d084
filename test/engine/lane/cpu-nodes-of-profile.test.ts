import t from 'tap';
import { cpuNodesOfProfile } from '../../../src/engine/lane/cpu-nodes-of-profile.js';

/** One event as the runtime writes it, but for arguments that say nothing of places. */
function event(name: string, provider: string, category = 'Node'): string {
  const args = `"op_name" : "Cast","provider" : "${provider}","node_index" : "0"`;
  return `{"cat" : "${category}","pid" :1,"tid" :1,"dur" :5,"ts" :9,"ph" : "X","name" :"${name}","args" : {${args}}}`;
}

function profile(...events: readonly string[]): string {
  const first =
    '{"cat" : "Session","pid" :1,"tid" :1,"dur" :5,"ts" :3,"ph" : "X","name" :"model_loading_array","args" : {}}';
  return `[\n${[first, ...events].join(',\n')}\n]\n`;
}

const CPU = 'CPUExecutionProvider';
const GPU = 'WebGpuExecutionProvider';

t.test('nodes on the CPU, each once, as they ran', async (t) => {
  const text = profile(
    event('b_kernel_time', CPU),
    event('on the GPU_kernel_time', GPU),
    event('a_kernel_time', CPU),
    event('b_kernel_time', CPU),
    event('on CUDA_kernel_time', 'CUDAExecutionProvider'),
  );
  t.doesNotThrow(() => JSON.parse(text));
  t.same(cpuNodesOfProfile(text), ['b', 'a']);
});

t.test('no node on the CPU', async (t) => {
  t.same(cpuNodesOfProfile(profile(event('a_kernel_time', GPU))), []);
  t.same(cpuNodesOfProfile(profile()), []);
  t.same(cpuNodesOfProfile(''), []);
});

t.test('names with whatever there may be in a name', async (t) => {
  for (const name of [
    '/layer/Conv',
    'a "b"',
    'a\\',
    'a\nb',
    'a_kernel_time',
    'a_kernel_time"b',
    '","args" : {',
    'é',
  ]) {
    const text = profile(
      event('x_kernel_time', GPU),
      event(`${name}_kernel_time`, CPU),
      event('y_kernel_time', GPU),
    );
    t.same(cpuNodesOfProfile(text), [name], JSON.stringify(name));
  }
});

t.test('what is no run of a node does not count', async (t) => {
  const text = profile(
    event('a_kernel_time', CPU, 'Session'),
    event('a_kernel_time', CPU, 'Api'),
    event('a_fence_before', CPU),
  );
  t.same(cpuNodesOfProfile(text), []);
});
