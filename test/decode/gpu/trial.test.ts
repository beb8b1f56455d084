import t from 'tap';
import { runTrial } from '../../../src/decode/gpu/trial.js';
import { UnitDecoder } from '../../../src/decode/gpu/unit-decoder.js';
import { CpuBackedGpu } from '../../helpers/cpu-backed-gpu.js';
import { RIGHT_FILTER, WRONG_FILTERS } from '../../helpers/resize-filters.js';

const WRONG = /^the pixels of a trial image are wrong/;

function setUp() {
  const gpu = new CpuBackedGpu();
  return { gpu, decoder: new UnitDecoder(gpu.cuda, gpu.units) };
}

t.test('right pixels pass, and so do those that are rounded otherwise', async (t) => {
  const { gpu, decoder } = setUp();
  t.same(await runTrial(decoder), [
    { mean: 0, max: 0 },
    { mean: 0, max: 0 },
  ]);
  gpu.filter = RIGHT_FILTER;
  for (const { mean, max } of await runTrial(decoder)) t.ok(mean < 0.5 && max <= 1);
  gpu.spoil = (raster) => raster.set(raster.map((value, i) => Math.min(255, value + (i % 2))));
  for (const { mean, max } of await runTrial(decoder)) t.ok(mean < 1 && max <= 2);
});

t.test('a kernel that resizes with another filter is refused', async (t) => {
  for (const [name, filter] of Object.entries(WRONG_FILTERS)) {
    const { gpu, decoder } = setUp();
    gpu.filter = filter;
    await t.rejects(runTrial(decoder), WRONG, name);
  }
});

t.test('wrong colours and places are refused', async (t) => {
  const spoilers: Record<string, (raster: Uint8Array) => void> = {
    grey: (raster) => raster.fill(128),
    brighter: (raster) => raster.set(raster.map((value) => Math.min(255, value + 4))),
    'blue first': (raster) => {
      for (let i = 0; i < raster.length; i += 3) raster.subarray(i, i + 3).reverse();
    },
    'upside down': (raster) => raster.reverse(),
  };
  for (const [name, spoil] of Object.entries(spoilers)) {
    const { gpu, decoder } = setUp();
    gpu.spoil = spoil;
    await t.rejects(runTrial(decoder), WRONG, name);
  }
});

t.test('units that fail, or leave an image out, are refused', async (t) => {
  const { gpu, decoder } = setUp();
  gpu.leavesOut = () => true;
  await t.rejects(runTrial(decoder), /black/);
  gpu.fault = () => {
    throw new Error('no units');
  };
  await t.rejects(runTrial(decoder), /no units/);
});
