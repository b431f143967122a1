// From what was read of the system to the six hops of the picture. Pure.

import type { Reading } from '../../observe/reading.ts';
import type { GroupState } from '../../observe/state/consumer-group.ts';
import type { LeadershipState } from '../../observe/state/leadership.ts';
import type { OutboxState } from '../../observe/state/outbox.ts';
import type { ProcessState } from '../../observe/state/processes.ts';
import type { ResourceHealth } from '../health/schemas.ts';
import type { ReadCounts } from './own-figures.ts';
import type { Hop, Hops, State } from './state.ts';

export interface Seen {
  outbox: Reading<OutboxState>;
  listeners: Reading<LeadershipState>;
  /** Null where there is no Kafka. */
  cleaners: Reading<GroupState> | null;
  processes: readonly ProcessState[];
  /** As this process judges them. */
  resources: Record<string, ResourceHealth>;
  reads: ReadonlyMap<string, ReadCounts>;
  /** Invalidations per second that were seen in Kafka, and applied; null when nobody looks. */
  passing: { published: number; applied: number } | null;
}

export function toHops(seen: Seen): Hops {
  return {
    postgres: postgresHop(seen),
    listener: listenerHop(seen),
    kafka: kafkaHop(seen),
    cleaner: cleanerHop(seen),
    redis: redisHop(seen),
    api: apiHop(seen),
  };
}

/** More than this waits only while the listener does not get on. */
const oldestWarnMs = 2000;

function postgresHop({ outbox }: Seen): Hops['postgres'] {
  const { value, error } = outbox;
  if (value === null) {
    return { ...away(error), oldestMs: null, capped: false };
  }
  const oldestMs = value.oldest_s === null ? null : value.oldest_s * 1000;
  const state = (oldestMs ?? 0) > oldestWarnMs ? 'warn' : 'ok';
  const { rows: backlog, rows_capped: capped } = value;
  return { state, rate: null, backlog, role: '', error: null, oldestMs, capped };
}

function listenerHop({ listeners, processes, passing }: Seen): Hop {
  const { value, error } = listeners;
  if (value === null) {
    return { ...away(error), state: 'unknown', role: 'not known' };
  }
  if (value.leader === null) {
    return { ...away('No listener leads: changes wait in the outbox.'), role: 'nobody leads' };
  }
  const standby = value.standbys.length;
  return {
    ...withProblem(processes, 'listener'),
    rate: passing?.published ?? null,
    role: standby === 0 ? 'leads alone' : `leads, ${standby} stand by`,
  };
}

function kafkaHop({ cleaners }: Seen): Hop {
  if (cleaners === null) {
    return { ...away(null), state: 'unknown', role: 'not used' };
  }
  const { value, error } = cleaners;
  if (value === null) {
    return away(error);
  }
  const backlog = Object.values(value.messages_behind).reduce((sum, behind) => sum + behind, 0);
  return {
    state: 'ok',
    rate: null,
    backlog,
    role: `group ${value.state.toLowerCase()}`,
    error: null,
  };
}

function cleanerHop({ cleaners, processes, passing }: Seen): Hop {
  if (cleaners === null) {
    return { ...away(null), state: 'unknown', role: 'the listener does it' };
  }
  if (cleaners.value === null) {
    return { ...away('Not known while Kafka is away.'), state: 'unknown', role: 'not known' };
  }
  const running = cleaners.value.members.length;
  if (running === 0) {
    return { ...away('No cleaner is in the group: messages wait in Kafka.'), role: 'nobody' };
  }
  return {
    ...withProblem(processes, 'cleaner'),
    rate: passing?.applied ?? null,
    role: running === 1 ? 'one runs' : `${running} run`,
  };
}

function redisHop({ resources }: Seen): Hops['redis'] {
  const all = Object.values(resources);
  const reasons = all.map(({ bypass }) => bypass);
  if (reasons.includes('redis')) {
    return { ...away('The API can not reach Redis: it reads from Postgres.'), lagMs: null };
  }
  if (reasons.every((reason) => reason === 'off')) {
    return { ...away(null), state: 'unknown', role: 'not used', lagMs: null };
  }
  const lags = all.flatMap(({ lag_ms: lag }) => lag ?? []);
  const bypassed = reasons.filter((reason) => reason !== null);
  const trusted = reasons.length - bypassed.length;
  return {
    state: bypassed.length === 0 ? 'ok' : 'warn',
    rate: null,
    backlog: null,
    role: `${trusted} of ${reasons.length} trusted`,
    error:
      bypassed.length === 0
        ? null
        : `Read from Postgres because of: ${[...new Set(bypassed)].join(', ')}`,
    lagMs: lags.length === 0 ? null : Math.max(...lags),
  };
}

function apiHop({ reads }: Seen): Hop {
  const counts = [...reads.values()];
  const total = counts.reduce((sum, own) => sum + own.reads, 0);
  const hits = counts.reduce((sum, own) => sum + own.hits, 0);
  const role = total === 0 ? 'nobody reads' : `${Math.round((100 * hits) / total)} % hits`;
  return { state: 'ok', rate: total, backlog: null, role, error: null };
}

function away(error: string | null): Hop {
  return { state: 'bad', rate: null, backlog: null, role: 'away', error };
}

/** What a process says of itself. One that can not be asked is no reason to call it away. */
function withProblem(processes: readonly ProcessState[], name: string): Omit<Hop, 'role'> {
  const problem = processes
    .filter(({ process, reachable }) => reachable && process === name)
    .flatMap(({ problems }) => problems)
    .at(0);
  const state = problem === undefined ? 'ok' : 'warn';
  return { state, rate: null, backlog: null, error: problem?.detail ?? null };
}

export function toVerdict(hops: Hops, resources: Seen['resources']): State['verdict'] {
  const gone = Object.entries(hops)
    .filter(([, { state }]) => state === 'bad')
    .map(([name]) => name);
  const bypassed = Object.entries(resources).filter(([, { bypass }]) => bypass !== null);
  const reasons = bypassed.map(([name, { bypass }]) => `${name} (${bypass})`).join(', ');
  const reads =
    bypassed.length === 0
      ? 'Every answer from the cache is within its bound.'
      : `Read from Postgres: ${reasons}.`;
  if (gone.length > 0) {
    return { state: 'bad', words: `Away: ${gone.join(', ')}. ${reads}` };
  }
  return { state: bypassed.length === 0 ? 'ok' : 'warn', words: reads };
}
