/**
 * The pixels of one image, height * width * 3 bytes as the model requires. If an image is given as an object, its
 * answer also contains the score of every class, which costs its batch one more output.
 */
export type LaneImage = Uint8Array | { readonly pixels: Uint8Array; readonly allScores: true };

export function pixelsOf(image: LaneImage): Uint8Array {
  return image instanceof Uint8Array ? image : image.pixels;
}

export function wantsAllScores(image: LaneImage): boolean {
  return !(image instanceof Uint8Array);
}
