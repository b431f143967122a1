// How long a topic's entries can be trusted, judged from one poll of its positions: pure. Every
// condition ends in a moment until which it holds; the earliest of them is the answer, with the
// reason that will apply from then on.

import type { TopicPositions } from './position.ts';

/** Why a resource is read from Postgres. */
export type BypassReason =
  | 'capture' // the audit has findings: changes may not be captured
  | 'clock' // a heartbeat from the future: the clocks can not be compared
  | 'database' // neither clock nor incarnation of the database is known
  | 'incarnation' // Postgres may have lost commits that are cached
  | 'lag' // the last heartbeat is older than the bound
  | 'position' // some partition has not shown a heartbeat
  | 'redis' // Redis has not been polled for a second, or not since it reconnected
  | 'stalled'; // a partition's heartbeat has not changed for as long as the bound

export interface DatabaseState {
  /** The database's clock minus our monotonic clock; never under-estimated. */
  clockOffsetMs: number;
  incarnation: string | null;
}

export interface FreshnessInput {
  positions: TopicPositions;
  /** Per partition, on our monotonic clock, when its heartbeat was last seen to change. */
  changedAtMs: ReadonlyMap<number, number>;
  database: DatabaseState | null;
  /** When the poll was sent and answered, on our monotonic clock. */
  polledAtMs: number;
  answeredAtMs: number;
  boundMs: number;
}

export interface Freshness {
  /** On our monotonic clock; an entry may be used before it. */
  trustedUntilMs: number;
  /** Why not, from then on. */
  reason: BypassReason;
  /** Age of the oldest heartbeat at the time of the poll; null when it can not be known. */
  lagMs: number | null;
}

/** A poll older than this says nothing any more. */
const pollAgeMaxMs = 1000;

export function judgeFreshness(input: FreshnessInput): Freshness {
  const { positions, changedAtMs, database, polledAtMs, answeredAtMs, boundMs } = input;
  if (database === null) {
    return distrust('database');
  }
  const heartbeats = completeHeartbeats(positions);
  if (heartbeats === null) {
    return distrust('position');
  }
  const oldestMs = Math.min(...heartbeats.map(({ atMs }) => atMs));
  const newestMs = Math.max(...heartbeats.map(({ atMs }) => atMs));
  const nowMs = answeredAtMs + database.clockOffsetMs;
  const lagMs = Math.round(nowMs - oldestMs);
  if (heartbeats.some(({ incarnation }) => incarnation !== database.incarnation)) {
    return distrust('incarnation', lagMs);
  }
  if (heartbeats.some(({ bypass }) => bypass)) {
    return distrust('capture', lagMs);
  }
  if (newestMs > nowMs) {
    return distrust('clock', lagMs);
  }
  const changedMs = Math.min(...heartbeats.map((_, partition) => changedAtMs.get(partition) ?? 0));
  const ends: [untilMs: number, reason: BypassReason][] = [
    [polledAtMs + pollAgeMaxMs, 'redis'],
    [oldestMs + boundMs - database.clockOffsetMs, 'lag'],
    [changedMs + boundMs, 'stalled'],
  ];
  const [trustedUntilMs, reason] = ends.reduce((first, end) => (end[0] < first[0] ? end : first));
  return { trustedUntilMs, reason, lagMs };
}

/** The heartbeats of all partitions that any of them announces; null when one is missing. */
function completeHeartbeats(positions: TopicPositions) {
  const found = [...positions.values()].flatMap(({ heartbeat }) => heartbeat ?? []);
  const partitionCount = Math.max(0, ...found.map((heartbeat) => heartbeat.partitionCount));
  const partitions = Array.from({ length: partitionCount }, (_, partition) => partition);
  const heartbeats = partitions.flatMap((partition) => positions.get(partition)?.heartbeat ?? []);
  return partitionCount > 0 && heartbeats.length === partitionCount ? heartbeats : null;
}

export function distrust(reason: BypassReason, lagMs: number | null = null): Freshness {
  return { trustedUntilMs: Number.NEGATIVE_INFINITY, reason, lagMs };
}
