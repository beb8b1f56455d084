/** How much the latest form counts in the mean. */
const WEIGHT = 0.1;
/** A form may hold larger images than those before it, and is not refused for images that it does not hold. */
const SURE_SHARE = 0.8;

/** Estimates how many images a form holds before it has arrived, by the length of its body and the latest forms. */
export class FormSize {
  #imageBytes: number | undefined;

  /** A form of so many bytes held so many images. */
  saw(bytes: number, images: number): void {
    const imageBytes = bytes / images;
    const before = this.#imageBytes ?? imageBytes;
    this.#imageBytes = before + WEIGHT * (imageBytes - before);
  }

  /** How many images a form of so many bytes holds at least; 1 if none was seen, and never more than `most`. */
  imagesIn(bytes: number, most: number): number {
    if (this.#imageBytes === undefined) return 1;
    const images = Math.floor((SURE_SHARE * bytes) / this.#imageBytes);
    return Math.max(1, Math.min(most, images));
  }
}
