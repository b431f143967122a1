// How far behind the database the cache may be, resource by resource: the age of the oldest
// heartbeat that the cleaner has recorded.

import { oldestHeartbeatMs } from '../../cache/freshness.ts';
import { readPositions } from '../../cache/position.ts';
import { cachedResources } from '../../contract/resources.ts';
import { updatesTopic } from '../../contract/topics.ts';
import type { RedisCommands } from '../../platform/clients/redis.ts';
import { TransientError } from '../../platform/errors.ts';

export interface ResourceHealth {
  /** Null when it can not be known: no heartbeat yet, or a server that is away. */
  lag_ms: number | null;
  bound_ms: number;
  /** Null, or why reads do not use the cache. */
  bypass: string | null;
}

export interface PipelineLagOptions {
  redis: RedisCommands;
  topicNamespace: string;
  boundMs: number;
  databaseNowMs: () => number | null;
}

export async function readPipelineLag(
  options: PipelineLagOptions,
): Promise<Record<string, ResourceHealth>> {
  const { redis, topicNamespace, boundMs, databaseNowMs } = options;
  const lags = cachedResources.map(async (resource) => {
    const heartbeatMs = await readHeartbeat(redis, updatesTopic(resource, topicNamespace));
    const nowMs = databaseNowMs();
    const isKnown = heartbeatMs !== null && nowMs !== null;
    const lagMs = isKnown ? Math.round(nowMs - heartbeatMs) : null;
    return [resource.name, { lag_ms: lagMs, bound_ms: boundMs, bypass: null }] as const;
  });
  return Object.fromEntries(await Promise.all(lags));
}

async function readHeartbeat(redis: RedisCommands, topic: string): Promise<number | null> {
  try {
    return oldestHeartbeatMs(await readPositions(redis, topic));
  } catch (error) {
    if (error instanceof TransientError) {
      return null;
    }
    throw error;
  }
}
