import t from 'tap';
import { runSizes } from '../../src/engine/index.js';

t.test('on CUDA batches run in sizes that the warm-up has seen', async (t) => {
  t.same(runSizes('cuda', { maxBatchSize: 12, allowedBatchSizes: [] }), [1, 2, 4, 8, 12]);
  t.same(runSizes('cuda', { maxBatchSize: 12, allowedBatchSizes: [3, 12] }), [3, 12]);
});

t.test('elsewhere in those that the operator allows', async (t) => {
  for (const provider of ['tensorrt', 'webgpu', 'cpu'] as const) {
    t.same(runSizes(provider, { maxBatchSize: 12, allowedBatchSizes: [] }), []);
    t.same(runSizes(provider, { maxBatchSize: 12, allowedBatchSizes: [3, 12] }), [3, 12]);
  }
});
