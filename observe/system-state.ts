// Everything about a running installation at one moment, part by part. The parts are read at the
// same time, and one that can not be read says why instead of hiding the rest.

import type { Observer } from './observer.ts';
import { attempt, type Reading } from './reading.ts';
import { type CaptureFinding, readCaptureFindings } from './state/capture.ts';
import { type GroupState, readConsumerGroup } from './state/consumer-group.ts';
import { type ResourceLag, readLag } from './state/lag.ts';
import { type LeadershipState, readLeadership } from './state/leadership.ts';
import { type OutboxState, readEventOutbox, readOutbox } from './state/outbox.ts';
import { type ProcessState, readProcesses } from './state/processes.ts';

export interface SystemState {
  at: string;
  lag: Reading<ResourceLag[]>;
  outbox: Reading<OutboxState>;
  /** Of the catalog, on their way to Kafka. */
  events: Reading<OutboxState>;
  listeners: Reading<LeadershipState>;
  /** Null where there is no Kafka: the leading listener cleans Redis itself. */
  cleaners: Reading<GroupState> | null;
  capture: Reading<CaptureFinding[]>;
  processes: ProcessState[];
}

/** @param processUrls where the processes answer */
export async function readSystemState(
  observer: Observer,
  processUrls: readonly string[],
): Promise<SystemState> {
  const { listenerDatabase, kafka, settings } = observer;
  const [lag, outbox, events, listeners, cleaners, capture, processes] = await Promise.all([
    attempt(() => readLag(observer)),
    attempt(() => readOutbox(listenerDatabase)),
    attempt(() => readEventOutbox(listenerDatabase)),
    attempt(() => readLeadership(listenerDatabase)),
    kafka && attempt(() => readConsumerGroup(kafka.inspector, settings)),
    attempt(() => readCaptureFindings(listenerDatabase)),
    readProcesses(processUrls),
  ]);
  const at = new Date().toISOString();
  return { at, lag, outbox, events, listeners, cleaners: cleaners ?? null, capture, processes };
}
