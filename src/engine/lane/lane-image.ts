/**
 * The pixels of one image, the model's height * width * 3 bytes. An image that is given as an object is answered with
 * the score of every class, which costs its batch a further output.
 */
export type LaneImage = Uint8Array | { readonly pixels: Uint8Array; readonly allScores: true };

export function pixelsOf(image: LaneImage): Uint8Array {
  return image instanceof Uint8Array ? image : image.pixels;
}

export function wantsAllScores(image: LaneImage): boolean {
  return !(image instanceof Uint8Array);
}
