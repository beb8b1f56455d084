import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  CONFIDENCE,
  IMAGE,
  LABEL_INDEX,
  type RewriteSpec,
  rewriteClassifier,
} from '../../src/engine/graph/index.js';

// Two ways to get the same answers: the original model, whose input and output are processed in JavaScript,
// and the rewritten model.

/** Errors only: the runtime warns about weights that are listed as inputs, which some tests do on purpose. */
const QUIET = { logSeverityLevel: 3 } as const;

/** One of the best classes of an image. */
export interface Best {
  readonly confidence: number;
  readonly label: number;
}

/** How a model with a float32 input expects its images. */
export interface ImageOrder {
  readonly layout: 'nchw' | 'nhwc';
  readonly channels: 1 | 3;
}

/** The original model's answers for RGB pixels, [n, height, width, 3]: the topK best classes of each image. */
export async function originalAnswers(
  model: Uint8Array,
  { layout, channels }: ImageOrder,
  spec: RewriteSpec,
  pixels: Uint8Array,
): Promise<Best[][]> {
  const { width, height } = spec;
  const n = pixels.length / (width * height * 3);
  const dims = layout === 'nchw' ? [n, channels, height, width] : [n, height, width, channels];
  const session = await InferenceSession.create(model, QUIET);
  const data = channels === 1 ? prepareGrey(pixels, spec) : prepare(pixels, layout, spec);
  const input = new Tensor('float32', data, dims);
  const outputs = await session.run({ [String(session.inputNames[0])]: input });
  await session.release();
  const scores = Array.from(outputs[String(session.outputNames[0])]?.data as Float32Array);
  const classes = scores.length / n;
  return Array.from({ length: n }, (_, i): Best[] => {
    const row = scores.slice(i * classes, (i + 1) * classes);
    const probabilities = ACTIVATIONS[spec.output](row);
    return probabilities
      .map((confidence, label) => ({ confidence, label }))
      .sort((a, b) => b.confidence - a.confidence)
      .slice(0, spec.topK);
  });
}

/** The rewritten model's answers for the same pixels. Its outputs must match the specification. */
export async function rewrittenAnswers(
  model: Uint8Array,
  spec: RewriteSpec,
  pixels: Uint8Array,
): Promise<Best[][]> {
  const session = await InferenceSession.create(rewriteClassifier(model, spec), QUIET);
  const n = pixels.length / (spec.width * spec.height * 3);
  const image = new Tensor('uint8', pixels, [n, spec.height, spec.width, 3]);
  const { [CONFIDENCE]: confidence, [LABEL_INDEX]: labels } = await session.run({ [IMAGE]: image });
  await session.release();
  for (const [tensor, type] of [
    [confidence, 'float32'],
    [labels, 'int32'],
  ] as const) {
    if (tensor?.type !== type || `${tensor.dims}` !== `${n},${spec.topK}`) {
      throw new Error(`${tensor?.type} [${tensor?.dims}] instead of ${type} [${n},${spec.topK}]`);
    }
  }
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: spec.topK }, (_, k): Best => {
      const at = i * spec.topK + k;
      return { confidence: Number(confidence?.data[at]), label: Number(labels?.data[at]) };
    }),
  );
}

/** Normalises and orders pixels as the specification says. */
function prepare(pixels: Uint8Array, layout: 'nchw' | 'nhwc', spec: RewriteSpec): Float32Array {
  const area = spec.width * spec.height;
  const out = new Float32Array(pixels.length);
  pixels.forEach((value, i) => {
    const rgb = i % 3;
    const c = spec.channelOrder === 'bgr' ? 2 - rgb : rgb;
    const pixel = Math.floor(i / 3);
    const inImage = pixel % area;
    const at = layout === 'nhwc' ? pixel * 3 + c : (pixel - inImage) * 3 + c * area + inImage;
    out[at] = (value - Number(spec.mean[rgb])) / Number(spec.std[rgb]);
  });
  return out;
}

/** Like Pillow's convert("L"), then normalised. With one channel, the order of the dimensions makes no difference. */
function prepareGrey(pixels: Uint8Array, { mean, std }: RewriteSpec): Float32Array {
  return Float32Array.from({ length: pixels.length / 3 }, (_, i) => {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(3 * i);
    const grey = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
    return (grey - mean[0]) / std[0];
  });
}

const ACTIVATIONS = {
  logits: softmax,
  sigmoid: (scores: readonly number[]) => scores.map((score) => 1 / (1 + Math.exp(-score))),
  probabilities: (scores: readonly number[]) => [...scores],
};

function softmax(scores: readonly number[]): number[] {
  const max = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - max));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
