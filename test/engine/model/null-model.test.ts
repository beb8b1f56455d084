import t from 'tap';
import { Lane } from '../../../src/engine/index.js';
import { modelManifest } from '../../../src/engine/model/model-manifest.js';
import { nullModel } from '../../../src/engine/model/null-model.js';

t.test('the null model runs batches of any size, and no folder can have its name', async (t) => {
  const model = nullModel();
  t.notOk(modelManifest.safeParse(model.manifest).success);
  t.ok(modelManifest.safeParse({ ...model.manifest, name: 'benchmark' }).success);
  const source = { provider: 'cpu', model: model.graph, allowCpuNodes: false } as const;
  const lane = await Lane.open(model, source, { maxBatchSize: 4, allowedBatchSizes: [] });
  t.teardown(() => lane.close());
  const pixels = [Uint8Array.of(0, 255, 0), Uint8Array.of(51, 0, 102), Uint8Array.of(255, 0, 0)];
  const scores = await lane.run(pixels, 3);
  t.match(scores, [{ labelIndex: [1] }, { labelIndex: [2] }, { labelIndex: [0] }]);
  t.match(
    scores.map((one) => ('confidence' in one ? one.confidence[0]?.toFixed(2) : one)),
    ['1.00', '0.40', '1.00'],
  );
});
