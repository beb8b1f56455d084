import { Presets, SingleBar } from 'cli-progress';

/** Work that takes less time than this draws no bar. */
const AFTER_MS = 1000;

/** A one-line progress bar for a terminal. If the output is not a terminal, nothing is drawn. */
export class ProgressBar {
  readonly #bar: SingleBar;
  readonly #now: () => number;
  readonly #fromMs: number;

  /** @param now milliseconds on a monotonic clock */
  constructor(label: string, stream: NodeJS.WriteStream, now = () => performance.now()) {
    const format = `${label} {bar} {percentage} % {note}`;
    const options = { format, stream, barsize: 30, linewrap: true, clearOnComplete: true };
    this.#bar = new SingleBar({ ...options, autopadding: true }, Presets.shades_classic);
    this.#now = now;
    this.#fromMs = now() + AFTER_MS;
  }

  /**
   * @param share the share of the work that is done, 0 to 1
   * @param note  text after the bar
   */
  update(share: number, note = ''): void {
    if (this.#now() < this.#fromMs) return;
    if (this.#bar.isActive) this.#bar.update(share, { note });
    else this.#bar.start(1, share, { note });
  }

  /** Removes the bar. Must be called; otherwise the program would not exit. */
  end(): void {
    this.#bar.stop();
  }
}
