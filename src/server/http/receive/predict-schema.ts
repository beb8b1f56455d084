import { z } from 'zod';
import { shortArray } from './read-json.js';

/** The schema checks at most this many; the route accepts fewer. */
const MAX_INSTANCES = 1024;

const encoded = z.object({ b64: z.string().describe('An image in base64.') });
const instance = z.union([
  encoded,
  z.object({ image_bytes: encoded }),
  z.object({ image: encoded }),
]);
const instances = shortArray(instance, MAX_INSTANCES);

/** Body of POST /v1/models/{name}:predict, with one instance per image, or all images in one named input. */
export const predictRequest = z.union([
  z.object({ instances }),
  z.object({
    inputs: z.union([instances, instance, z.object({ image: instances })]),
  }),
]);
export type PredictRequest = z.infer<typeof predictRequest>;

/** The images in base64, in order. */
export function imagesOf(request: PredictRequest): string[] {
  if ('instances' in request) return request.instances.map(textOf);
  const { inputs } = request;
  if (Array.isArray(inputs)) return inputs.map(textOf);
  if ('image' in inputs && Array.isArray(inputs.image)) return inputs.image.map(textOf);
  return [textOf(inputs as z.infer<typeof instance>)];
}

function textOf(one: z.infer<typeof instance>): string {
  if ('b64' in one) return one.b64;
  return 'image' in one ? one.image.b64 : one.image_bytes.b64;
}
