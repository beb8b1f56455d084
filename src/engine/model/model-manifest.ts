import { z } from 'zod';

const side = z.int().min(1).max(4096);
const mean = z.number().min(-1e6).max(1e6);
const byte = z.int().min(0).max(255);
const size = z.strictObject({ width: side, height: side });
const resize = z.union([z.literal('squash'), z.strictObject({ shortest: side }), size]);
const std = z.number().min(1e-6).max(1e6);

interface Geometry extends z.infer<typeof size> {
  readonly resize: z.infer<typeof resize>;
  readonly crop?: number | z.infer<typeof size> | undefined;
  readonly pad?: readonly number[] | undefined;
}

/** The contents of `model.json`: what an ONNX graph does not state itself. */
export const modelManifest = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be 1 to 64 of a-z 0-9 . _ - and start with a-z 0-9')
    .describe('The name of the model in logs and in the API.'),
  description: z.string().max(500).optional().describe('One sentence for people.'),
  input: z
    .strictObject({
      width: side.describe('Columns of the input, in pixels.'),
      height: side.describe('Rows of the input, in pixels.'),
      resize: resize.describe(
        'Size to which the image is resized before the centre is cut out: "squash" is width x height; {"shortest": n} makes the shorter side n pixels and keeps the aspect ratio; {"width": w, "height": h} is that size.',
      ),
      crop: z
        .union([z.number().gt(0).max(1), size])
        .optional()
        .describe(
          'The centre that is cut out: width x height, which is the default; or with "squash" its share of each side of the resized image, which is then width / crop x height / crop.',
        ),
      pad: z
        .tuple([byte, byte, byte])
        .optional()
        .describe(
          'Red, green and blue from 0 to 255. With it the image keeps its aspect ratio inside the size that resize gives, and the rest has this colour.',
        ),
      filter: z
        .enum(['nearest', 'bilinear', 'bicubic', 'lanczos'])
        .optional()
        .describe('Filter of the resize, as Pillow has them; the default is bilinear.'),
      cropRounding: z
        .enum(['half-even', 'floor'])
        .optional()
        .describe(
          'Where a crop or a padding begins that cannot be even: "half-even" as in torchvision, the default, or "floor" as in Hugging Face.',
        ),
      channelOrder: z
        .enum(['rgb', 'bgr'])
        .describe('Order in which the model expects the channels.'),
      mean: z
        .tuple([mean, mean, mean])
        .describe('Subtracted from red, green and blue, on the scale 0 to 255.'),
      std: z
        .tuple([std, std, std])
        .describe(
          'Divides red, green and blue after the mean is subtracted, on the scale 0 to 255.',
        ),
    })
    .superRefine(checkGeometry),
  output: z
    .enum(['logits', 'probabilities', 'sigmoid'])
    .describe(
      'What the scores still need: "logits" a softmax over the classes; "sigmoid" a sigmoid for each class, if the classes are independent or there is only one; "probabilities" nothing.',
    ),
  outputName: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe('The name of the output that holds the scores, if the graph has several outputs.'),
});

export type ModelManifest = z.infer<typeof modelManifest>;

/** What the decoder needs to know about a model: its input size in pixels, and how an image is resized to it. */
export type ImageInput = Pick<
  ModelManifest['input'],
  'width' | 'height' | 'resize' | 'crop' | 'pad' | 'filter' | 'cropRounding'
>;

/** Refuses keys that do not go together, and sizes that leave a part of the input empty. */
function checkGeometry(
  { width, height, resize, crop, pad }: Geometry,
  { addIssue }: z.RefinementCtx,
): void {
  const refuse = (key: string, message: string) =>
    addIssue({ code: 'custom', path: [key], message });
  if (typeof resize === 'object') {
    if ('shortest' in resize && resize.shortest < Math.max(width, height)) {
      refuse('resize', 'shortest must be at least width and height');
    }
    if ('width' in resize && (resize.width < width || resize.height < height)) {
      refuse('resize', 'must be at least width and height of the input');
    }
    if (typeof crop === 'number') refuse('crop', 'a share goes with "squash" alone');
    if (pad && 'shortest' in resize) refuse('pad', 'goes with "squash" or {"width", "height"}');
  }
  if (typeof crop === 'object' && (crop.width !== width || crop.height !== height)) {
    refuse('crop', 'must be width and height, or a share');
  }
}
