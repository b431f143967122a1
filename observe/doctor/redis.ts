// Redis as the cache needs it: new enough, one server, nothing kept on disk, and no eviction of
// what has no time to live: the positions.

import type { RedisConnection } from '../../platform/clients/redis.ts';
import { describeError } from '../../platform/errors.ts';
import { attempt } from '../reading.ts';
import { type Check, type Finding, ill, well } from './finding.ts';

const versionMin = 7;
/** Of maxmemory, where nothing may be evicted. */
const fullFrom = 0.95;

export const checkRedis: Check = async ({ redis }) => {
  try {
    await redis.command('PING');
  } catch (error) {
    const why = redis.failure ?? describeError(error);
    return [ill('redis', 'redis-unreachable', `REDIS_URL: ${why}`, fixFor(why))];
  }
  const info = await readInfo(redis);
  return [
    checkVersion(info),
    checkEviction(info),
    checkMemory(info),
    await checkPersistence(redis, info),
  ];
};

function fixFor(why: string): string | undefined {
  return /WRONGPASS|NOAUTH|NOPERM/.test(why)
    ? 'REDIS_URL=redis://user:password@host:6379  # with the right user and password'
    : undefined;
}

type Info = ReadonlyMap<string, string>;

async function readInfo(redis: RedisConnection): Promise<Info> {
  const text = await redis.command<string>('INFO');
  return new Map(
    [...text.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

function checkVersion(info: Info): Finding {
  const valkey = info.get('valkey_version');
  const version = valkey ?? info.get('redis_version') ?? '0';
  const product = valkey === undefined ? 'Redis' : 'Valkey';
  if (info.get('cluster_enabled') === '1') {
    return ill('redis', 'redis-version', `${product} ${version} runs as a cluster`);
  }
  return Number.parseInt(version, 10) < versionMin
    ? ill('redis', 'redis-version', `REDIS_URL leads to ${product} ${version}`)
    : well('redis', `REDIS_URL: ${product} ${version}`);
}

function checkEviction(info: Info): Finding {
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  return policy.startsWith('allkeys')
    ? ill(
        'redis eviction',
        'redis-eviction',
        `maxmemory-policy is ${policy}: the positions may be evicted, and all is flushed then`,
      )
    : well('redis eviction', `maxmemory-policy is ${policy}`);
}

function checkMemory(info: Info): Finding {
  const used = Number(info.get('used_memory'));
  const most = Number(info.get('maxmemory'));
  if (most === 0) {
    return well('redis memory', `${megabytes(used)} in use, without a limit`);
  }
  const text = `${megabytes(used)} of ${megabytes(most)} in use`;
  const refuses = info.get('maxmemory_policy') === 'noeviction' && used > most * fullFrom;
  return refuses ? ill('redis memory', 'redis-full', text) : well('redis memory', text);
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

async function checkPersistence(redis: RedisConnection, info: Info): Promise<Finding> {
  const check = 'redis persistence';
  const appends = info.get('aof_enabled') === '1';
  const snapshots = await attempt(() => takesSnapshots(redis));
  if (!appends && snapshots.value === null) {
    const detail = `CONFIG GET save: ${snapshots.error}; so snapshots may be taken`;
    return ill(check, 'settings-unknown', detail, "redis-cli CONFIG GET save  # should be ''");
  }
  const taken = snapshots.value === true ? ['snapshots'] : [];
  const kept = [...taken, ...(appends ? ['an append-only file'] : [])];
  return kept.length === 0
    ? well(check, 'nothing is kept on disk')
    : ill(check, 'redis-persistence', `Redis keeps ${kept.join(' and ')}: it may come back old`);
}

/** A managed Redis may not say. */
async function takesSnapshots(redis: RedisConnection): Promise<boolean> {
  const reply = await redis.command<Record<string, string>>('CONFIG', 'GET', 'save');
  return (reply.save ?? '') !== '';
}
