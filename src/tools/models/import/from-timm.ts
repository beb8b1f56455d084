import { isObject, type Json } from './json-file.js';
import { type Line, onByteScale, type Translation } from './translation.js';

const WHERE = 'pretrained_cfg in config.json';
const FILTERS = new Set(['nearest', 'bicubic', 'lanczos']);
/** What timm uses for what a configuration does not state. */
const DEFAULTS = {
  crop_pct: 0.875,
  crop_mode: 'center',
  interpolation: 'bicubic',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
} as const;

/** The preprocessing that a timm configuration describes; undefined if it is none. */
export function fromTimm(config: Json, graphSize?: number): Translation | undefined {
  const own = isObject(config['pretrained_cfg']) ? config['pretrained_cfg'] : config;
  const cfg: Json = { ...DEFAULTS, ...without(own) };
  const test = sideOf(cfg['test_input_size']);
  // timm prepares images in the training size unless it is told otherwise; the graph shows for which it was exported.
  const isTest = test !== undefined && test === graphSize && test !== sideOf(cfg['input_size']);
  const side = isTest ? test : sideOf(cfg['input_size']);
  if (side === undefined) return undefined;
  const cropShare = Number((isTest ? cfg['test_crop_pct'] : undefined) ?? cfg['crop_pct']);
  const mode = String(cfg['crop_mode']);
  const scaled = Math.floor(side / cropShare);
  const notes: string[] = [];
  if (!['center', 'squash', 'border'].includes(mode)) {
    notes.push(`crop_mode "${mode}" is unknown; "center" is used`);
  }
  const line = (value: unknown, key: string): Line => ({ value, origin: `${key} of ${WHERE}` });
  const size = line(side, isTest ? 'test_input_size' : 'input_size');
  return {
    lines: {
      width: size,
      height: size,
      resize: line(resizeOf(mode, side, scaled), 'crop_pct and crop_mode'),
      ...(mode === 'border'
        ? { pad: line(onByteScale(cfg['mean'])?.map(Math.round), 'crop_mode and mean') }
        : {}),
      ...filterOf(String(cfg['interpolation']), notes),
      channelOrder: { value: 'rgb', origin: 'timm prepares all images so' },
      mean: line(onByteScale(cfg['mean']), '255 times mean'),
      std: line(onByteScale(cfg['std']), '255 times std'),
    },
    notes,
  };
}

/** The names of the classes, with their descriptions if there are any. */
export function timmLabels(config: Json): string[] | undefined {
  const cfg = isObject(config['pretrained_cfg']) ? config['pretrained_cfg'] : {};
  const names = config['label_names'] ?? cfg['label_names'];
  if (!Array.isArray(names) || names.length === 0) return undefined;
  const described = config['label_descriptions'] ?? cfg['label_descriptions'];
  return names.map((name) => {
    const description = isObject(described) ? described[String(name)] : undefined;
    return typeof description === 'string' ? `${name} ${description}` : String(name);
  });
}

function resizeOf(mode: string, side: number, scaled: number): unknown {
  if (mode === 'squash' || mode === 'border') {
    return scaled === side ? 'squash' : { width: scaled, height: scaled };
  }
  return { shortest: scaled };
}

function filterOf(interpolation: string, notes: string[]) {
  const origin = `interpolation of ${WHERE}`;
  // Bilinear is the default of model.json.
  if (interpolation === 'bilinear') return {};
  if (FILTERS.has(interpolation)) return { filter: { value: interpolation, origin } };
  notes.push(`interpolation "${interpolation}" cannot be translated; bilinear is used`);
  return {};
}

/** [channels, height, width]; only squares are prepared in a way that model.json can state. */
function sideOf(size: unknown): number | undefined {
  if (!Array.isArray(size) || size.length !== 3 || size[1] !== size[2]) return undefined;
  return Number.isInteger(size[1]) ? size[1] : undefined;
}

/** Without what is null, which stands for the default. */
function without(json: Json): Json {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));
}
