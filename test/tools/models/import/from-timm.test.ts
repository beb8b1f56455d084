import t from 'tap';
import { fromTimm, timmLabels } from '../../../../src/tools/models/import/from-timm.js';

const CFG = {
  input_size: [3, 224, 224],
  interpolation: 'bicubic',
  crop_pct: 0.875,
  crop_mode: 'center',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

function values(changes: Readonly<Record<string, unknown>> = {}, graphSize?: number) {
  const translation = fromTimm({ pretrained_cfg: { ...CFG, ...changes } }, graphSize);
  const found = Object.entries(translation?.lines ?? {}).map(([key, { value }]) => [key, value]);
  return { ...Object.fromEntries(found), notes: translation?.notes };
}

t.test('a configuration as timm and the Hugging Face hub have them', async (t) => {
  t.same(values(), {
    ...{ width: 224, height: 224, resize: { shortest: 256 }, filter: 'bicubic' },
    channelOrder: 'rgb',
    ...{ mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
    notes: [],
  });
  t.match(fromTimm(CFG), { lines: { width: { value: 224 } } }, 'flat, as older ones are');
  const defaults = {
    ...{ crop_pct: null, crop_mode: null, interpolation: null, mean: null, std: null },
  };
  t.same(values(defaults), values(), 'what is missing is what timm takes');
});

t.test('the scaled size is rounded down, as timm does', async (t) => {
  t.match(values({ input_size: [3, 288, 288], crop_pct: 0.95 }), { resize: { shortest: 303 } });
  t.match(values({ crop_pct: 1 }), { width: 224, resize: { shortest: 224 } });
});

t.test('squash and border', async (t) => {
  t.match(values({ crop_mode: 'squash' }), { resize: { width: 256, height: 256 } });
  t.match(values({ crop_mode: 'squash', crop_pct: 1 }), { resize: 'squash', pad: undefined });
  t.match(values({ crop_mode: 'border', crop_pct: 1 }), { resize: 'squash', pad: [124, 116, 104] });
});

t.test('the test size is used if the graph was exported for it', async (t) => {
  const test = { test_input_size: [3, 288, 288], test_crop_pct: 1 };
  t.match(values(test), { width: 224, resize: { shortest: 256 } });
  t.match(values(test, 224), { width: 224, resize: { shortest: 256 } });
  t.match(values(test, 288), { width: 288, resize: { shortest: 288 } });
});

t.test('filters', async (t) => {
  t.match(values({ interpolation: 'bilinear' }), { filter: undefined, notes: [] });
  t.match(values({ interpolation: 'lanczos' }), { filter: 'lanczos' });
  t.match(values({ interpolation: 'random' }), {
    ...{ filter: undefined, notes: [/interpolation "random" cannot be translated; bilinear/] },
  });
  t.match(values({ crop_mode: 'corner' }), { notes: [/crop_mode "corner" is unknown/] });
});

t.test('other files are none', async (t) => {
  t.equal(fromTimm({ architectures: ['ViT'] }), undefined);
  t.equal(fromTimm({ input_size: [3, 224, 192] }), undefined);
});

t.test('labels, with their descriptions', async (t) => {
  t.equal(timmLabels({}), undefined);
  t.same(timmLabels({ label_names: ['a', 'b'] }), ['a', 'b']);
  const label_names = ['n01', 'n02'];
  t.same(timmLabels({ label_names, label_descriptions: { n01: 'tench' } }), ['n01 tench', 'n02']);
  t.same(timmLabels({ pretrained_cfg: { label_names } }), label_names);
});
