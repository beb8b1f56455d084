import t from 'tap';
import { fromHuggingFace } from '../../../../src/tools/models/import/from-hugging-face.js';

const IMAGENET = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] };

function values(processor: Readonly<Record<string, unknown>>) {
  const { lines, notes } = fromHuggingFace(processor);
  const found = Object.entries(lines).map(([key, { value }]) => [key, value]);
  return { ...Object.fromEntries(found), notes };
}

t.test('ViT: a square', async (t) => {
  t.same(
    values({
      image_processor_type: 'ViTImageProcessor',
      size: { height: 224, width: 224 },
      resample: 2,
      rescale_factor: 0.00392156862745098,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
    }),
    {
      width: 224,
      height: 224,
      resize: 'squash',
      channelOrder: 'rgb',
      mean: [127.5, 127.5, 127.5],
      std: [127.5, 127.5, 127.5],
      notes: [],
    },
  );
  const old = { feature_extractor_type: 'ViTFeatureExtractor', size: 224, resample: 2 };
  t.match(values({ ...old, ...IMAGENET }), {
    width: 224,
    height: 224,
    resize: 'squash',
    notes: [],
  });
  const fast = { image_processor_type: 'ViTImageProcessorFast', size: 384, resample: 0 };
  t.match(values({ ...fast, ...IMAGENET }), { width: 384, filter: 'nearest', notes: [] });
});

t.test('DeiT: a square, then its centre', async (t) => {
  t.match(
    values({
      image_processor_type: 'DeiTImageProcessor',
      size: { height: 256, width: 256 },
      do_center_crop: true,
      crop_size: { height: 224, width: 224 },
      resample: 3,
      ...IMAGENET,
    }),
    {
      ...{ width: 224, height: 224, resize: { width: 256, height: 256 }, filter: 'bicubic' },
      ...{ cropRounding: 'floor', mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
      notes: [],
    },
  );
});

t.test('ConvNext: a share of the centre below 384, a square from there on', async (t) => {
  const convNext = (size: unknown, more = {}) =>
    values({
      ...{ image_processor_type: 'ConvNextImageProcessor', size, resample: 3 },
      ...IMAGENET,
      ...more,
    });
  t.match(convNext({ shortest_edge: 224 }, { crop_pct: 0.875 }), {
    ...{ width: 224, height: 224, resize: { shortest: 256 }, cropRounding: 'floor', notes: [] },
  });
  t.match(convNext(224), { resize: { shortest: 256 } }, 'the default of crop_pct');
  t.match(convNext({ shortest_edge: 383 }), { resize: { shortest: 437 } });
  t.match(convNext({ shortest_edge: 384 }), { width: 384, resize: 'squash' });
});

t.test('CLIP, MobileViT, Levit and PoolFormer: the shorter side, then the centre', async (t) => {
  const crop = { do_center_crop: true, crop_size: { height: 224, width: 224 }, resample: 3 };
  const of = (type: string, size: unknown, more = {}) =>
    values({ image_processor_type: type, size, ...crop, ...IMAGENET, ...more });
  t.match(of('CLIPImageProcessor', 224), { width: 224, resize: { shortest: 224 }, notes: [] });
  t.match(of('LevitImageProcessor', { shortest_edge: 224 }), { resize: { shortest: 256 } });
  const pool = of('PoolFormerImageProcessor', { shortest_edge: 224 }, { crop_pct: 0.95 });
  t.match(pool, { resize: { shortest: 235 } });
  const mobile = {
    ...{ do_flip_channel_order: true, do_normalize: false, crop_size: 256 },
    ...{ image_mean: null, image_std: null },
  };
  t.match(of('MobileViTImageProcessor', { shortest_edge: 288 }, mobile), {
    ...{ width: 256, height: 256, resize: { shortest: 288 }, channelOrder: 'bgr' },
    ...{ mean: [0, 0, 0], std: [255, 255, 255], notes: [] },
  });
});

t.test('EfficientNet: an offset, and a second division', async (t) => {
  const { mean, std } = values({
    ...{ image_processor_type: 'EfficientNetImageProcessor', size: { height: 9, width: 9 } },
    ...{ rescale_factor: 1 / 127.5, rescale_offset: true, include_top: true, resample: 0 },
    ...{ image_mean: [0.5, 0, 0], image_std: [0.5, 0.25, 1] },
  }) as unknown as { mean: number[]; std: number[] };
  const [pixel, scale] = [200, 127.5];
  // As its code does: rescale, offset, normalise, and divide again.
  const wanted = [0.5, 0, 0].map((m, c) => {
    const s = [0.5, 0.25, 1][c] ?? 1;
    return (pixel / scale - 1 - m) / s / s;
  });
  const got = mean.map((m, c) => (pixel - m) / (std[c] ?? 1));
  t.ok(
    got.every((value, c) => Math.abs(value - (wanted[c] ?? 0)) < 1e-9),
    '',
    { got, wanted },
  );
});

t.test('what cannot be translated is said', async (t) => {
  const size = { height: 8, width: 8 };
  const notes = (processor: Readonly<Record<string, unknown>>) =>
    fromHuggingFace({
      image_processor_type: 'ViTImageProcessor',
      resample: 2,
      size,
      ...IMAGENET,
      ...processor,
    }).notes;
  t.same(notes({}), []);
  for (const [processor, words] of [
    [{ image_processor_type: 'ImageGPTImageProcessor' }, /"ImageGPTImageProcessor" is unknown/],
    [{ image_processor_type: undefined }, /"unnamed" is unknown, so it was translated by its keys/],
    [{ do_pad: true }, /do_pad cannot be translated/],
    [{ do_resize: false }, /do_resize is false/],
    [{ size: { longest_edge: 9 } }, /size cannot be translated; the size is that of the graph/],
    [{ size: { shortest_edge: 9 } }, /there is no centre crop/],
    [{ resample: 5 }, /resample 5 cannot be translated; bilinear is used/],
    [{ resample: undefined }, /resample is missing; bilinear is used/],
    [{ do_normalize: true, image_mean: undefined }, /image_mean and image_std are missing; 0\.5/],
  ] as const) {
    t.match(notes(processor), [words], JSON.stringify(processor));
  }
});
