// Shows how far a data set has come: a bar that redraws itself on a terminal, elsewhere a plain
// line now and then, so that a log stays readable.

export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface ProgressOptions {
  output: Output;
  /** What is counted: `cities`. */
  label: string;
  total: number;
  /** Milliseconds on any steady clock. */
  now?: () => number;
}

const barWidth = 24;
const barIntervalMs = 50;
const lineIntervalMs = 1000;

export class Progress {
  readonly #options: ProgressOptions;
  readonly #now: () => number;
  #done = 0;
  #shownAtMs: number;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#now = options.now ?? performance.now.bind(performance);
    this.#shownAtMs = this.#now();
  }

  advance(count: number): void {
    this.#done += count;
    const intervalMs = this.#options.output.isTTY ? barIntervalMs : lineIntervalMs;
    if (this.#done < this.#options.total && this.#now() - this.#shownAtMs < intervalMs) {
      return;
    }
    this.#shownAtMs = this.#now();
    this.#show();
  }

  /** Ends the line that the bar was drawn on; further text starts below it. */
  end(): void {
    if (this.#options.output.isTTY) {
      this.#options.output.write('\n');
    }
  }

  #show(): void {
    const { output, label, total } = this.#options;
    const text = `${label} ${this.#done} of ${total}`;
    if (!output.isTTY) {
      output.write(`seed: ${text}\n`);
      return;
    }
    const filled = total === 0 ? barWidth : Math.round((barWidth * this.#done) / total);
    const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
    output.write(`\r\u001B[Kseed: ${bar} ${text}`);
  }
}
