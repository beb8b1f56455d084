import t from 'tap';
import { type Provider, withRunSizes } from '../../../src/engine/index.js';

function sizesOf(provider: Provider, maxBatchSize: number, allowedBatchSizes: number[]) {
  const limits = { maxBatchSize, allowedBatchSizes, maxQueueSize: 9 };
  const { allowedBatchSizes: sizes, ...others } = withRunSizes(provider, limits);
  t.same(others, { maxBatchSize, maxQueueSize: 9 }, 'the other limits stay');
  return sizes;
}

t.test('on CUDA batches run in sizes that the warm-up has seen', async (t) => {
  t.same(sizesOf('cuda', 12, []), [1, 2, 4, 8, 12]);
  t.same(sizesOf('cuda', 12, [3, 12]), [3, 12]);
});

t.test('elsewhere in those that the operator allows', async (t) => {
  for (const provider of ['tensorrt', 'webgpu', 'cpu'] as const) {
    t.same(sizesOf(provider, 12, []), []);
    t.same(sizesOf(provider, 12, [3, 12]), [3, 12]);
  }
});
