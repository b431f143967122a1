// Says why an entry was found stale: how old it is, which change it should have gone with, how far
// the invalidations had come, and where it differs. Values are quoted only around the difference.

import type { Position, TopicPositions } from '../../cache/position.ts';
import type { LastChange } from './changed-codes.ts';
import { type Subject, subjectKey } from './subject.ts';
import type { Look } from './verdict.ts';

export interface FindingEvidence {
  subject: Subject;
  first: Look;
  second: Look;
  /** Of the resource's topic, before the second look. */
  positions: TopicPositions;
  lagMs: number | null;
  /** How long a fill of this resource lives at most. */
  ttlSeconds: number;
  lastChange: LastChange | null;
  lastFlush: LastChange | null;
}

/** With the names of /health, where the last one is shown. */
export function describeFinding(evidence: FindingEvidence) {
  const { subject, first, second, positions, lagMs } = evidence;
  const entry = second.entry.kind === 'value' ? second.entry : null;
  const cached = entry?.text ?? '';
  const database = second.database.at(-1)?.text ?? '';
  return {
    resource: subject.resource.name,
    code: subject.code,
    key: subjectKey(subject),
    ...excerptsAround(cached, database),
    entry_age_ms: entryAge(evidence, cached, entry?.expiresInMs ?? -1),
    expires_in_ms: entry?.expiresInMs ?? null,
    seen_for_ms: Math.round(second.startedMs - first.startedMs),
    last_change: withApplied(evidence.lastChange, positions),
    last_flush: withApplied(evidence.lastFlush, positions),
    lag_ms: lagMs,
    positions: Object.fromEntries([...positions].map(([at, position]) => [at, describe(position)])),
  };
}

export type Finding = ReturnType<typeof describeFinding>;

const excerptMax = 100;
const excerptLead = 20;

function excerptsAround(cached: string, database: string) {
  let at = 0;
  while (at < cached.length && cached[at] === database[at]) {
    at += 1;
  }
  const start = Math.max(0, at - excerptLead);
  const excerpt = (text: string) => text.slice(start, start + excerptMax);
  return { differs_at: at, cached: excerpt(cached), database: excerpt(database) };
}

/** From what is left of its time to live, which began up to a tenth shorter; null without one. */
function entryAge({ subject, ttlSeconds }: FindingEvidence, text: string, expiresInMs: number) {
  if (expiresInMs < 0 || text === subject.resource.absentText) {
    return null;
  }
  const ttlMs = ttlSeconds * 1000;
  const ageMs = (lifeMs: number) => Math.max(0, Math.round(lifeMs - expiresInMs));
  return { min: ageMs(ttlMs * 0.9), max: ageMs(ttlMs) };
}

/** Whether the cleaner says that it has carried the change out. */
function withApplied(change: LastChange | null, positions: TopicPositions) {
  const next = positions.get(change?.partition ?? -1)?.next;
  if (change === null) {
    return null;
  }
  const { topic, partition, offset, committedAt } = change;
  const applied = /^\d+$/.test(next ?? '') ? BigInt(next ?? 0) > BigInt(offset) : null;
  return { topic, partition, offset, committed_at: committedAt, applied };
}

function describe({ next, heartbeat }: Position) {
  return { next, at: heartbeat === null ? null : new Date(heartbeat.atMs).toISOString() };
}
