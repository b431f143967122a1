// Several API processes on one port: this one only hands out connections and keeps the others
// running. Each has clients, memory and health of its own; one that ends is replaced.

import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { CineSyncError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { pause } from '../platform/retry.ts';
import type { Component } from '../platform/run-process.ts';
import { answerMetricsQuestions } from './process-metrics.ts';

export interface ApiProcessesOptions {
  count: number;
  logger: Logger;
}

/** Whether this process was started by one that runs several. */
export function isOneOfSeveral(): boolean {
  return cluster.isWorker;
}

const restartPauseMs = 500;
/** Longer than the stop of an API process takes at most, shorter than our own may. */
const stopTimeoutMs = 9000;

export class ApiProcesses implements Component {
  readonly name = 'API processes';
  readonly #count: number;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();

  constructor({ count, logger }: ApiProcessesOptions) {
    this.#count = count;
    this.#logger = logger.child({ component: 'processes' });
  }

  /** Fails when one of them does not come to listen: none of its successors would. */
  async start(): Promise<void> {
    answerMetricsQuestions();
    const first = Array.from({ length: this.#count }, () => cluster.fork());
    await Promise.all(first.map(untilListening));
    cluster.on('exit', (worker, code, signal) => void this.#replace(worker, signal ?? code));
    for (const worker of first.filter((one) => one.isDead())) {
      void this.#replace(worker, worker.process.exitCode ?? 'a signal');
    }
  }

  /** Each finishes its requests and stops by itself once it is disconnected. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const workers = Object.values(cluster.workers ?? {});
    await Promise.all(workers.flatMap((worker) => (worker === undefined ? [] : [end(worker)])));
  }

  async #replace(ended: Worker, how: number | string): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) {
      return;
    }
    const message = `API process ${ended.process.pid} has ended (${how}); it is replaced`;
    this.#logger.error({ event: 'process.replaced', pid: ended.process.pid }, message);
    await pause(restartPauseMs, signal);
    if (!signal.aborted) {
      cluster.fork();
    }
  }
}

async function untilListening(worker: Worker): Promise<void> {
  const ended = once(worker, 'exit').then(() => {
    throw new CineSyncError('process_ended', 'an API process ended before it listened');
  });
  await Promise.race([once(worker, 'listening'), ended]);
  ended.catch(() => undefined);
}

async function end(worker: Worker): Promise<void> {
  if (worker.isDead()) {
    return;
  }
  const exited = once(worker, 'exit');
  worker.disconnect();
  const deadline = setTimeout(() => worker.process.kill('SIGKILL'), stopTimeoutMs);
  await exited;
  clearTimeout(deadline);
}
