import { isObject, type Json } from './json-file.js';
import { type Line, onByteScale, type Translation, withoutNoise } from './translation.js';

const WHERE = 'preprocessor_config.json';
const FILTERS = ['nearest', 'lanczos', 'bilinear', 'bicubic'] as const;
/** Processors for which a size that is one number is that of the shorter side; for the others it is both sides. */
const BY_SHORTEST = /^(Bit|ChineseCLIP|CLIP|ConvNext|Levit|MobileNet|MobileViT|PoolFormer)/;
/** Processors that do with an image what their keys state, or what is written below. */
const KNOWN =
  /^(Beit|Bit|CLIP|ChineseCLIP|ConvNext|DeiT|EfficientFormer|EfficientNet|Levit|MobileNetV1|MobileNetV2|MobileViT|PoolFormer|Pvt|Siglip|Siglip2|ViT)ImageProcessor$/;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The steps of a processor that decide about the size of an image. */
interface Geometry {
  /** The size of the result; undefined if the configuration does not state it. */
  readonly size: Size | undefined;
  readonly resize: unknown;
  readonly isCropped: boolean;
}

/** The preprocessing that a Hugging Face image processor describes. */
export function fromHuggingFace(processor: Json): Translation {
  const type = String(
    processor['image_processor_type'] ?? processor['feature_extractor_type'] ?? '',
  )
    .replace('FeatureExtractor', 'ImageProcessor')
    .replace(/(Fast|Pil)$/, '');
  const notes: string[] = [];
  if (!KNOWN.test(type)) {
    notes.push(
      `the image processor "${type || 'unnamed'}" is unknown, so it was translated by its keys: compare the answers`,
    );
  }
  const { size, resize, isCropped } = geometryOf(type, processor, notes);
  const line = (value: unknown, keys: string): Line => ({ value, origin: `${keys} in ${WHERE}` });
  const { mean, std, keys } = rangeOf(type, processor, notes);
  return {
    lines: {
      ...(size ? { width: line(size.width, 'size'), height: line(size.height, 'size') } : {}),
      ...(resize === undefined ? {} : { resize: line(resize, resizeKeys(type, isCropped)) }),
      ...filterOf(processor['resample'], notes),
      ...(isCropped ? { cropRounding: { value: 'floor', origin: 'Hugging Face crops so' } } : {}),
      channelOrder: line(
        processor['do_flip_channel_order'] === true ? 'bgr' : 'rgb',
        'do_flip_channel_order',
      ),
      mean: line(mean, keys),
      std: line(std, keys),
    },
    notes,
  };
}

function geometryOf(type: string, processor: Json, notes: string[]): Geometry {
  const crop = processor['do_center_crop'] === true ? sizeOf(processor['crop_size']) : undefined;
  if (processor['do_pad'] === true) notes.push('do_pad cannot be translated and is left out');
  if (processor['do_resize'] === false) {
    notes.push(
      'do_resize is false, so the model was given images of its own size; others are squashed',
    );
    return { size: crop, resize: 'squash', isCropped: false };
  }
  const raw = processor['size'];
  const shortest = shortestOf(type, raw);
  if (shortest === undefined) {
    const size = sizeOf(raw);
    if (!size) notes.push('size cannot be translated; the size is that of the graph');
    const isCropped = size !== undefined && crop !== undefined && differs(size, crop);
    return { size: crop ?? size, resize: isCropped ? size : 'squash', isCropped };
  }
  const square = { width: shortest, height: shortest };
  const share = Number(processor['crop_pct'] ?? (type.startsWith('PoolFormer') ? 0.9 : 224 / 256));
  if (type.startsWith('ConvNext')) {
    if (shortest >= 384) return { size: square, resize: 'squash', isCropped: false };
    return { size: square, resize: { shortest: Math.trunc(shortest / share) }, isCropped: true };
  }
  const scaled = type.startsWith('Levit')
    ? Math.trunc((256 / 224) * shortest)
    : type.startsWith('PoolFormer')
      ? Math.trunc(shortest / share)
      : shortest;
  if (!crop)
    notes.push('there is no centre crop, but the model needs one size: the centre is cropped');
  return { size: crop ?? square, resize: { shortest: scaled }, isCropped: true };
}

function resizeKeys(type: string, isCropped: boolean): string {
  if (!isCropped) return 'size';
  return /^(ConvNext|PoolFormer)/.test(type) ? 'size and crop_pct' : 'size and crop_size';
}

function shortestOf(type: string, size: unknown): number | undefined {
  if (isObject(size) && typeof size['shortest_edge'] === 'number') return size['shortest_edge'];
  return typeof size === 'number' && BY_SHORTEST.test(type) ? size : undefined;
}

function sizeOf(size: unknown): Size | undefined {
  if (typeof size === 'number') return { width: size, height: size };
  if (!isObject(size)) return undefined;
  const { width, height } = size;
  return typeof width === 'number' && typeof height === 'number' ? { width, height } : undefined;
}

function differs(one: Size, other: Size): boolean {
  return one.width !== other.width || one.height !== other.height;
}

/** ((x * rescale_factor - offset) - image_mean) / image_std, as (x - mean) / std. */
function rangeOf(type: string, processor: Json, notes: string[]) {
  const factor =
    processor['do_rescale'] === false ? 1 : Number(processor['rescale_factor'] ?? 1 / 255);
  const offset = processor['rescale_offset'] === true ? 1 : 0;
  const scale = withoutNoise(1 / factor);
  const hasMean = processor['image_mean'] !== undefined && processor['image_mean'] !== null;
  if (processor['do_normalize'] === false || (!hasMean && processor['do_normalize'] !== true)) {
    const [mean, std] = [onByteScale(offset, scale), onByteScale(1, scale)];
    return { mean, std, keys: 'rescale_factor, with do_normalize false,' };
  }
  if (!hasMean) notes.push('image_mean and image_std are missing; 0.5 is used, as by default');
  const means = onByteScale(processor['image_mean'] ?? 0.5, 1) ?? [0.5, 0.5, 0.5];
  const stds = onByteScale(processor['image_std'] ?? 0.5, 1) ?? [0.5, 0.5, 0.5];
  // EfficientNet divides by image_std a second time.
  const again = type.startsWith('EfficientNet') && processor['include_top'] !== false;
  return {
    mean: onByteScale(
      means.map((value) => value + offset),
      scale,
    ),
    std: onByteScale(
      stds.map((value) => (again ? value * value : value)),
      scale,
    ),
    keys: 'image_mean, image_std and rescale_factor',
  };
}

/** Bilinear is the default of model.json. */
function filterOf(resample: unknown, notes: string[]) {
  const filter = typeof resample === 'number' ? FILTERS[resample] : undefined;
  if (filter === 'bilinear') return {};
  if (filter) return { filter: { value: filter, origin: `resample in ${WHERE}` } };
  notes.push(
    resample === undefined
      ? 'resample is missing; bilinear is used'
      : `resample ${JSON.stringify(resample)} cannot be translated; bilinear is used`,
  );
  return {};
}
