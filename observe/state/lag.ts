// How far the invalidations of each resource have come, partition by partition, and whether an API
// with the same bound would use the entries: judged by the rules that the API itself goes by.

import { judgeFreshness } from '../../cache/freshness.ts';
import { readPositions, type TopicPositions } from '../../cache/position.ts';
import { type CachedResource, cachedResources } from '../../contract/resources.ts';
import { updatesTopic } from '../../contract/topics.ts';
import type { Observer } from '../observer.ts';

export interface PartitionLag {
  partition: number;
  /** Age of the last heartbeat that was applied; null before the first. */
  lag_ms: number | null;
  /** The position: what is to be applied next. */
  next: string;
}

export interface ResourceLag {
  resource: string;
  topic: string;
  lag_ms: number | null;
  bound_ms: number;
  /** Why an API would read Postgres instead, or null. */
  bypass: string | null;
  partitions: PartitionLag[];
}

interface DatabaseNow {
  nowMs: number;
  incarnation: string | null;
}

export async function readLag(observer: Observer): Promise<ResourceLag[]> {
  const { redis, settings } = observer;
  const database = await readDatabaseNow(observer);
  const positions = await readPositions((...parts) => redis.command(...parts));
  return cachedResources.map((resource: CachedResource) => {
    const topic = updatesTopic(resource, settings.topicNamespace);
    const own: TopicPositions = positions.get(topic) ?? new Map();
    return { resource: resource.name, topic, ...lagOf(own, database, settings.boundMs) };
  });
}

async function readDatabaseNow({ listenerDatabase }: Observer): Promise<DatabaseNow> {
  const [row] = await listenerDatabase.query({
    name: 'observe_now',
    text: `
      select extract(epoch from clock_timestamp()) * 1000 as now_ms,
             (select id::text from cache.current_incarnation) as incarnation`,
  });
  const incarnation = row?.incarnation;
  return {
    nowMs: Number(row?.now_ms),
    incarnation: typeof incarnation === 'string' ? incarnation : null,
  };
}

function lagOf(positions: TopicPositions, database: DatabaseNow, boundMs: number) {
  const seenAtMs = performance.now();
  const freshness = judgeFreshness({
    positions,
    // One look can not see that a heartbeat has stopped changing.
    changedAtMs: new Map([...positions.keys()].map((partition) => [partition, seenAtMs])),
    database: {
      clockOffsetMs: database.nowMs - seenAtMs,
      incarnation: database.incarnation,
    },
    polledAtMs: seenAtMs,
    answeredAtMs: seenAtMs,
    boundMs,
  });
  return {
    lag_ms: freshness.lagMs,
    bound_ms: boundMs,
    bypass: seenAtMs < freshness.trustedUntilMs ? null : freshness.reason,
    partitions: [...positions]
      .toSorted(([one], [other]) => one - other)
      .map(([partition, { next, heartbeat }]) => ({
        partition,
        lag_ms: heartbeat === null ? null : Math.round(database.nowMs - heartbeat.atMs),
        next,
      })),
  };
}
