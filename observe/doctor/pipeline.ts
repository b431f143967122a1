// Whether changes pass: somebody leads, somebody cleans, nothing waits, and readers use the cache.

import type { Observer } from '../observer.ts';
import { readConsumerGroup } from '../state/consumer-group.ts';
import { readLag } from '../state/lag.ts';
import { readLeadership } from '../state/leadership.ts';
import { type OutboxState, readEventOutbox, readOutbox } from '../state/outbox.ts';
import { type Check, type Finding, ill, well } from './finding.ts';

export const checkListeners: Check = async ({ listenerDatabase }) => {
  const { leader, standbys } = await readLeadership(listenerDatabase);
  const others = `${standbys.length} standing by`;
  return [
    leader === null
      ? ill('listeners', 'listener-missing', `nobody leads, ${others}`)
      : well('listeners', `${leader.address ?? `process ${leader.pid}`} leads, ${others}`),
  ];
};

/** Events may wait for longer than invalidations: nobody reads anything old meanwhile. */
const eventsWaitMaxMs = 60_000;

export const checkOutbox: Check = async ({ listenerDatabase, settings }) => {
  const changes = await readOutbox(listenerDatabase);
  const events = await readEventOutbox(listenerDatabase);
  return [
    hasWaited(changes, settings.boundMs)
      ? ill('outbox', 'outbox-backlog', describeWaiting(changes))
      : well('outbox', describeWaiting(changes)),
    hasWaited(events, eventsWaitMaxMs)
      ? ill('events', 'events-waiting', describeWaiting(events))
      : well('events', describeWaiting(events)),
  ];
};

function hasWaited({ oldest_s }: OutboxState, maxMs: number): boolean {
  return oldest_s !== null && oldest_s * 1000 > maxMs;
}

function describeWaiting({ rows, rows_capped, oldest_s }: OutboxState): string {
  const count = `${rows}${rows_capped ? ' or more' : ''} rows`;
  return oldest_s === null ? count : `${count}, the oldest for ${oldest_s.toFixed(1)} s`;
}

export const checkCleaners: Check = async ({ kafka, settings }) => {
  if (kafka === undefined) {
    return [];
  }
  const { group, state, members } = await readConsumerGroup(kafka.inspector, settings);
  return [
    members.length === 0
      ? ill('cleaners', 'cleaner-missing', `the group ${group} has no members (${state})`)
      : well('cleaners', `${members.length} in the group ${group}`),
  ];
};

export const checkLag: Check = async (observer: Observer) => {
  const lags = await readLag(observer);
  return lags.map(({ resource, lag_ms, bound_ms, bypass }): Finding => {
    const lag = lag_ms === null ? 'no heartbeat' : `${lag_ms} ms behind, bound ${bound_ms} ms`;
    return bypass === null
      ? well('lag', `${resource}: ${lag}`)
      : ill('lag', 'cache-bypassed', `${resource}: ${bypass} (${lag})`);
  });
};
