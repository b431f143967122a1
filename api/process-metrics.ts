// What Prometheus collects from several API processes on one port: whichever process it reaches
// answers for all of them, each under its own label `worker`.

import { randomUUID } from 'node:crypto';
import cluster from 'node:cluster';
import { AggregatorRegistry } from 'prom-client';
import type { Metrics } from '../platform/metrics.ts';

interface Message {
  type: string;
  id: string;
  text?: string | null;
}

const questionType = 'cinesync:metrics';

/** Tells the series of several processes apart; none where there is one. */
export function workerLabel(): Record<string, string> {
  return cluster.worker === undefined ? {} : { worker: String(cluster.worker.id) };
}

/** In the process that runs the others. */
export function answerMetricsQuestions(): void {
  const all = new AggregatorRegistry();
  cluster.on('message', (worker, { type, id }: Message) => {
    if (type === questionType) {
      const send = (text: string | null) => worker.isConnected() && worker.send({ type, id, text });
      // One that is only starting does not answer in time.
      all.clusterMetrics().then(send, () => send(null));
    }
  });
}

/** Of all processes; of this one alone while another does not answer. */
export function createMetricsText(metrics: Metrics): () => Promise<string> {
  if (cluster.worker === undefined) {
    return () => metrics.metrics();
  }
  AggregatorRegistry.setRegistries([metrics]);
  new AggregatorRegistry();
  const askForAll = createQuestions();
  return async () => (await askForAll()) ?? (await metrics.metrics());
}

/** Asks the process that runs this one; null is its answer while another process has none. */
function createQuestions(): () => Promise<string | null> {
  const open = new Map<string, (text: string | null) => void>();
  process.on('message', ({ type, id, text = null }: Message) => {
    if (type === questionType) {
      open.get(id)?.(text);
      open.delete(id);
    }
  });
  return () =>
    new Promise((resolve) => {
      const id = randomUUID();
      open.set(id, resolve);
      // While this process stops there is nobody to ask: told here, it would be a fault elsewhere.
      process.send?.({ type: questionType, id }, undefined, undefined, (error) => {
        if (error !== null) {
          open.delete(id);
          resolve(null);
        }
      });
    });
}
