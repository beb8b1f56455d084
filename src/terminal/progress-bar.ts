import { Presets, SingleBar } from 'cli-progress';

/** Work that is over sooner draws nothing. */
const AFTER_MS = 1000;

/** A bar in one line of a terminal for work that a person waits for. Nothing is drawn where the output is a file. */
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
   * @param share of the work that is done, 0 to 1
   * @param note  what stands behind the bar
   */
  update(share: number, note = ''): void {
    if (this.#now() < this.#fromMs) return;
    if (this.#bar.isActive) this.#bar.update(share, { note });
    else this.#bar.start(1, share, { note });
  }

  /** Takes the bar away; without it the program would not end. */
  end(): void {
    this.#bar.stop();
  }
}
