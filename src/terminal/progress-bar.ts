const WIDTH = 30;

export interface ProgressBarOptions {
  /** Work that is over sooner draws nothing. */
  readonly afterMs?: number;
  /** Milliseconds on a monotonic clock. */
  readonly now?: () => number;
}

/** A bar in one line of a terminal for work that a person waits for. Nothing is drawn where the output is a file. */
export class ProgressBar {
  readonly #label: string;
  readonly #stream: NodeJS.WriteStream;
  readonly #now: () => number;
  readonly #fromMs: number;
  #drawn = '';

  constructor(label: string, stream: NodeJS.WriteStream, options: ProgressBarOptions = {}) {
    const { afterMs = 1000, now = () => performance.now() } = options;
    this.#label = label;
    this.#stream = stream;
    this.#now = now;
    this.#fromMs = now() + afterMs;
  }

  /**
   * @param share of the work that is done, 0 to 1
   * @param note  what stands behind the bar
   */
  update(share: number, note = ''): void {
    if (!this.#stream.isTTY || this.#now() < this.#fromMs) return;
    const full = Math.round(share * WIDTH);
    const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full);
    const text = `${this.#label} ${bar} ${String(Math.round(share * 100)).padStart(3)} % ${note}`;
    if (text === this.#drawn) return;
    this.#stream.write(`\r${text.padEnd(this.#drawn.length)}`);
    this.#drawn = text;
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#drawn !== '') this.#stream.write(`\r${' '.repeat(this.#drawn.length)}\r`);
    this.#drawn = '';
  }
}
