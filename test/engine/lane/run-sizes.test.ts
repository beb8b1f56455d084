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

t.test('a model whose batch is fixed runs no other size, on any provider', async (t) => {
  const limits = { maxBatchSize: 12, allowedBatchSizes: [3, 12], maxQueueSize: 9 };
  for (const provider of ['tensorrt', 'cuda', 'webgpu', 'cpu'] as const) {
    t.same(withRunSizes(provider, limits, 8), {
      ...{ maxBatchSize: 8, allowedBatchSizes: [8], maxQueueSize: 9 },
    });
    t.same(withRunSizes(provider, limits, 1), {
      ...{ maxBatchSize: 1, allowedBatchSizes: [1], maxQueueSize: 9 },
    });
    t.same(
      withRunSizes(provider, { ...limits, maxBatchSize: 4 }, 8),
      { maxBatchSize: 4, allowedBatchSizes: [8], maxQueueSize: 9 },
      'no more images than the operator allows',
    );
  }
});

t.test('elsewhere in those that the operator allows', async (t) => {
  for (const provider of ['tensorrt', 'webgpu', 'cpu'] as const) {
    t.same(sizesOf(provider, 12, []), []);
    t.same(sizesOf(provider, 12, [3, 12]), [3, 12]);
  }
});
