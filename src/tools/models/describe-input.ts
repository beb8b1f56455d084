import type { ImageInput } from '../../engine/index.js';

/** How an image gets the size of a model's input, in words; the usual filter and rounding are left out. */
export function describeInput(input: ImageInput): string {
  const { width, height, resize, crop, pad, filter, cropRounding } = input;
  const inputSize = `${width}x${height}`;
  const isWhole = resize === 'squash' && typeof crop !== 'number';
  const parts = [
    resizedTo(input),
    ...(filter && filter !== 'bilinear' ? [filter] : []),
    ...(pad ? [`padded with ${pad.join(' ')}`] : []),
    ...(isWhole ? [] : [`centre crop to ${inputSize}`]),
    ...(cropRounding === 'floor' ? ['its offset rounded down'] : []),
  ];
  return parts.join(', ');
}

function resizedTo({ width, height, resize, crop, pad }: ImageInput): string {
  if (typeof resize === 'object' && 'shortest' in resize) {
    return `shorter side to ${resize.shortest}`;
  }
  const share = typeof crop === 'number' ? crop : 1;
  const size =
    resize === 'squash'
      ? { width: Math.floor(width / share), height: Math.floor(height / share) }
      : resize;
  return `${pad ? 'fitted into' : 'squashed to'} ${size.width}x${size.height}`;
}
