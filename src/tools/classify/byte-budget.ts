/** Bounds the bytes of images in memory: who would exceed the bound waits until others have given bytes back. */
export class ByteBudget {
  #freeBytes: number;
  readonly #waiting: { readonly bytes: number; readonly take: () => void }[] = [];

  constructor(bytes: number) {
    this.#freeBytes = bytes;
  }

  /** Resolves when the bytes are taken, in the order of the calls. They must not exceed the whole budget. */
  take(bytes: number): Promise<void> {
    return new Promise((take) => {
      this.#waiting.push({ bytes, take });
      this.#serve();
    });
  }

  give(bytes: number): void {
    this.#freeBytes += bytes;
    this.#serve();
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next && next.bytes <= this.#freeBytes; ) {
      this.#freeBytes -= next.bytes;
      this.#waiting.shift();
      next.take();
      next = this.#waiting[0];
    }
  }
}
