// Why one entry is what it is: what Redis holds and for how long, what the database says now, what
// waits in the outbox, and the last message that named it.

import { isLease } from '../cache/lease.ts';
import { entryLoaders } from '../cache/loaders/entry-loaders.ts';
import { partitionOf } from '../contract/partition.ts';
import { type CachedResource, entryKey, type ResourceName } from '../contract/resources.ts';
import { updatesTopic } from '../contract/topics.ts';
import { type FollowedMessage, scanTopic } from '../platform/clients/kafka-follower.ts';
import { pause } from '../platform/retry.ts';
import type { Observer } from './observer.ts';
import { attempt, type Reading } from './reading.ts';
import { readLag, type ResourceLag } from './state/lag.ts';

export interface EntryExplanation {
  resource: string;
  code: string;
  key: string;
  holds: 'value' | 'lease' | 'nothing';
  ttl_ms: number | null;
  bytes: number | null;
  /** Whether Redis and the database agree; null where there is nothing to compare. */
  agrees: boolean | null;
  /** How many rows of the outbox that name it, or flush its resource, are still to be published. */
  waiting_changes: number;
  last_message: Reading<LastMessage | null>;
  lag: ResourceLag | null;
}

export interface LastMessage {
  action: string;
  topic: string;
  partition: number;
  offset: string;
  committed_at: string | null;
  published_at: string;
  /** Whether the position is past it: its DEL was acknowledged. */
  applied: boolean | null;
}

/** How many messages of a partition are searched, from the newest on. */
const searchedMax = 20_000n;
const searchDeadlineMs = 10_000;
/** A DEL may be under way: a difference counts once it was seen so often. */
const looksMax = 4;
const betweenLooksMs = 150;

type NamedResource = CachedResource & { readonly name: ResourceName };

export async function explainEntry(
  observer: Observer,
  resource: NamedResource,
  code: string,
): Promise<EntryExplanation> {
  const key = entryKey(resource, code);
  const compared = await compare(observer, resource, code);
  const [lastMessage, lags, waiting] = await Promise.all([
    attempt(() => findLastMessage(observer, resource, code)),
    readLag(observer),
    countWaiting(observer, resource, code),
  ]);
  const lag = lags.find((known) => known.resource === resource.name) ?? null;
  return {
    resource: resource.name,
    code,
    key,
    ...compared,
    waiting_changes: waiting,
    last_message: {
      ...lastMessage,
      ...markApplied(lastMessage.value, lag),
    } as Reading<LastMessage | null>,
    lag,
  };
}

async function compare({ redis, database }: Observer, resource: NamedResource, code: string) {
  const key = entryKey(resource, code);
  for (let looks = 1; ; looks += 1) {
    const held = await redis.command<string | null>('GET', key);
    const ttl = await redis.command<number>('PTTL', key);
    const holds = held === null ? 'nothing' : isLease(held) ? 'lease' : 'value';
    const known = { holds, ttl_ms: ttl < 0 ? null : ttl } as const;
    if (held === null || holds !== 'value') {
      return { ...known, bytes: null, agrees: null };
    }
    const { text } = await entryLoaders[resource.name](database, code);
    const agrees = text === held;
    if (agrees || looks === looksMax) {
      return { ...known, bytes: Buffer.byteLength(held), agrees };
    }
    await pause(betweenLooksMs);
  }
}

async function countWaiting(
  { listenerDatabase }: Observer,
  resource: CachedResource,
  code: string,
) {
  const [row] = await listenerDatabase.query({
    text: `
      select count(*)::integer as waiting from cache.outbox
       where resource = $1 and (op = 'f' or codes @> array[$2])`,
    values: [resource.name, code],
  });
  return Number(row?.waiting);
}

async function findLastMessage(
  { kafka, settings }: Observer,
  resource: CachedResource,
  code: string,
): Promise<LastMessage | null> {
  if (kafka === undefined) {
    return null;
  }
  const topic = updatesTopic(resource, settings.topicNamespace);
  const offsets = await kafka.inspector.offsets(topic);
  // Of the code's own partition; flushes go to partition 0.
  const partitions = new Set([partitionOf(code, offsets.length), 0]);
  const ranges = [...partitions].flatMap((partition) => {
    const found = offsets[partition];
    return found === undefined ? [] : [{ partition, ...newestOf(found) }];
  });
  const deadlineMs = searchDeadlineMs;
  const messages = await scanTopic({ kafka: kafka.client, topic, ranges, deadlineMs });
  const ofEntry = messages
    .filter(({ key, headers }) => key === code || headers.type === 'flush_cache')
    .toSorted((one, other) => one.sentAtMs - other.sentAtMs);
  const last = ofEntry.at(-1);
  return last === undefined ? null : describeMessage(last);
}

function newestOf({ first, next }: { first: bigint; next: bigint }) {
  const newest = next - searchedMax;
  return { from: newest > first ? newest : first, to: next };
}

function describeMessage(message: FollowedMessage): LastMessage {
  const { topic, partition, offset, sentAtMs, headers } = message;
  const committedMs = Number(headers['committed-at']);
  return {
    action: headers.type ?? 'invalidate_cache',
    topic,
    partition,
    offset: String(offset),
    committed_at: Number.isFinite(committedMs) ? new Date(committedMs).toISOString() : null,
    published_at: new Date(sentAtMs).toISOString(),
    applied: null,
  };
}

function markApplied(message: LastMessage | null, lag: ResourceLag | null) {
  const position = lag?.partitions.find(({ partition }) => partition === message?.partition);
  if (message === null || position === undefined) {
    return {};
  }
  return { value: { ...message, applied: BigInt(position.next) > BigInt(message.offset) } };
}
