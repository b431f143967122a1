// The doctor on duty: examines the installation again and again inside a process that runs anyway,
// so that /health and the alerts say what `cinesync doctor` would, without anybody asking.

import { Gauge } from 'prom-client';
import type { Problem } from '../contract/problems.ts';
import { describeError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import { pause } from '../platform/retry.ts';
import type { Component } from '../platform/run-process.ts';
import { examineFlow } from './doctor/examine.ts';
import type { Finding } from './doctor/finding.ts';
import { type Observer, startObserver } from './observer.ts';
import { attempt } from './reading.ts';
import type { FlowSettings } from './settings.ts';
import { type OutboxState, readOutbox } from './state/outbox.ts';

export interface DutyOptions {
  settings: FlowSettings;
  /** 0: never. */
  intervalSeconds: number;
  metrics: Metrics;
  logger: Logger;
}

export class Duty implements Component {
  readonly name = 'duty';
  readonly #options: DutyOptions;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #findings: readonly Finding[] = [];
  #outbox: OutboxState | null = null;

  constructor(options: DutyOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ component: 'duty' });
    this.#registerGauges(options.metrics);
  }

  /** What is wrong, as of the last examination; advice is not among it. */
  get problems(): Problem[] {
    return this.#findings.flatMap(({ level, problem, detail, fix }) =>
      level === 'wrong' && problem !== null ? [{ problem, detail, fix: fix ?? '' }] : [],
    );
  }

  async start(): Promise<void> {
    if (this.#options.intervalSeconds > 0) {
      this.#running = this.#examineForEver();
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #examineForEver(): Promise<void> {
    const { settings, intervalSeconds } = this.#options;
    const { signal } = this.#stopping;
    // What is away is told as a finding, not by everybody who looks.
    const observer = await startObserver(settings, this.#logger.child({}, { level: 'silent' }));
    while (!signal.aborted) {
      await this.#examine(observer);
      await pause(intervalSeconds * 1000, signal);
    }
    await observer.stop();
  }

  async #examine(observer: Observer): Promise<void> {
    try {
      const findings = await examineFlow(observer);
      this.#outbox = (await attempt(() => readOutbox(observer.listenerDatabase))).value;
      this.#report(findings);
      this.#findings = findings;
    } catch (error) {
      this.#logger.error({ event: 'duty.failed', error }, describeError(error));
    }
  }

  /** Each once, when it appears. */
  #report(findings: readonly Finding[]): void {
    const known = new Set(this.#findings.map(({ problem }) => problem));
    for (const { level, problem, detail, fix } of findings) {
      if (level === 'wrong' && !known.has(problem)) {
        const message = `${detail}; type: ${fix}`;
        this.#logger.warn({ event: 'duty.problem', problem }, message);
      }
    }
  }

  #registerGauges(metrics: Metrics): void {
    const outbox = () => this.#outbox;
    new Gauge({
      name: 'cinesync_outbox_rows',
      help: 'Changes that wait to be published, counted up to 10,000; absent while not known',
      registers: [metrics],
      collect() {
        setOrRemove(this, outbox()?.rows);
      },
    });
    new Gauge({
      name: 'cinesync_outbox_oldest_seconds',
      help: 'How long the oldest of them has waited; 0 when none does; absent while not known',
      registers: [metrics],
      collect() {
        const state = outbox();
        setOrRemove(this, state === null ? undefined : (state.oldest_s ?? 0));
      },
    });
  }
}

function setOrRemove(gauge: Gauge, value: number | undefined): void {
  if (value === undefined) {
    gauge.remove();
  } else {
    gauge.set(value);
  }
}
