// Everything about a running installation at one moment, part by part. The parts are read at the
// same time, and one that can not be read says why instead of hiding the rest.

import type { Observer } from './observer.ts';
import { attempt, type Reading } from './reading.ts';
import { type CaptureFinding, readCaptureFindings } from './state/capture.ts';
import { type GroupState, readConsumerGroup } from './state/consumer-group.ts';
import { type ResourceLag, readLag } from './state/lag.ts';
import { type LeadershipState, readLeadership } from './state/leadership.ts';
import { type OutboxState, readOutbox } from './state/outbox.ts';
import { type ProcessState, readProcesses } from './state/processes.ts';

export interface SystemState {
  at: string;
  lag: Reading<ResourceLag[]>;
  outbox: Reading<OutboxState>;
  listeners: Reading<LeadershipState>;
  /** Null where there is no Kafka: the leading listener cleans Redis itself. */
  cleaners: Reading<GroupState> | null;
  capture: Reading<CaptureFinding[]>;
  processes: ProcessState[];
}

export async function readSystemState(observer: Observer): Promise<SystemState> {
  const { listenerDatabase, kafka, settings } = observer;
  const [lag, outbox, listeners, cleaners, capture, processes] = await Promise.all([
    attempt(() => readLag(observer)),
    attempt(() => readOutbox(listenerDatabase)),
    attempt(() => readLeadership(listenerDatabase)),
    kafka && attempt(() => readConsumerGroup(kafka.inspector, settings)),
    attempt(() => readCaptureFindings(listenerDatabase)),
    readProcesses(settings.processUrls),
  ]);
  const at = new Date().toISOString();
  return { at, lag, outbox, listeners, cleaners: cleaners ?? null, capture, processes };
}
