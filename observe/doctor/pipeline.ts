// Whether changes pass: somebody leads, somebody cleans, nothing waits, and readers use the cache.

import type { Observer } from '../observer.ts';
import { readConsumerGroup } from '../state/consumer-group.ts';
import { readLag } from '../state/lag.ts';
import { readLeadership } from '../state/leadership.ts';
import { readOutbox } from '../state/outbox.ts';
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

export const checkOutbox: Check = async ({ listenerDatabase, settings }) => {
  const { rows, rows_capped, oldest_s } = await readOutbox(listenerDatabase);
  const text = `${rows}${rows_capped ? ' or more' : ''} rows`;
  const waits = oldest_s !== null && oldest_s * 1000 > settings.boundMs;
  return [
    waits
      ? ill('outbox', 'outbox-backlog', `${text}, the oldest for ${oldest_s.toFixed(1)} s`)
      : well('outbox', text),
  ];
};

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
