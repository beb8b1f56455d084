import { z } from 'zod';

const side = z.int().min(1).max(4096);
const mean = z.number().min(-1e6).max(1e6);
const std = z.number().min(1e-6).max(1e6);

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
      resize: z
        .union([z.literal('squash'), z.strictObject({ shortest: side })])
        .describe(
          '"squash" resizes to width x height and ignores the aspect ratio; {"shortest": n} resizes the shorter side to n pixels, then crops the centre.',
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
    .refine(
      ({ resize, width, height }) =>
        resize === 'squash' || resize.shortest >= Math.max(width, height),
      { message: 'shortest must be at least width and height', path: ['resize', 'shortest'] },
    ),
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
export type ImageInput = Pick<ModelManifest['input'], 'width' | 'height' | 'resize'>;
