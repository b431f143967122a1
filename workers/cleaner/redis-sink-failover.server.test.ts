// One attempt, one connection: what was deleted on one server is not recorded on another.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cachedResource } from '../../contract/resources.ts';
import { RedisConnection } from '../../platform/clients/redis.ts';
import { createLogger } from '../../platform/logger.ts';
import { Secret } from '../../platform/secret.ts';
import { eventually } from '../../test/support/eventually.ts';
import { startOwnRedis } from '../../test/support/own-redis.ts';
import { connectRedis } from '../../test/support/redis.ts';
import { reverseScope } from '../../test/support/scope.ts';
import { startTcpProxy } from '../../test/support/tcp-proxy.ts';
import { RedisSink } from './redis-sink.ts';

const topic = 'city_updates';
const target = { resource: cachedResource('city'), topic, partition: 1 };
const heartbeat = { atMs: 77, partitionCount: 3, incarnation: 'one', bypass: false };
const stored = JSON.stringify({ next: '20', heartbeat });
const recorded = JSON.stringify({ next: '25', heartbeat });
const batch = {
  ...{ continues: '20', next: '25', keys: ['cities_BGR'], heartbeats: [heartbeat] },
  ...{ flushes: false, unreadable: [] },
};

test('a failover between the DEL and the position records nothing on the new master', async (t) => {
  const scope = reverseScope(t);
  const urls = await Promise.all([startOwnRedis(scope), startOwnRedis(scope)]);
  const [master, replica] = [
    await connectRedis(scope, urls[0]),
    await connectRedis(scope, urls[1]),
  ];
  // A partition that may be gone is asked for after the DEL and before the position.
  await master.command('HSET', 'cache_position', `${topic}/1`, stored, `${topic}/5`, stored);
  await master.command('SET', 'cities_BGR', '"old"');
  const { hostname, port } = new URL(urls[0]);
  await replica.command('REPLICAOF', hostname, port);
  await eventually(async () => (await replica.command('GET', 'cities_BGR')) ?? undefined, {
    what: 'the replica to have the entry',
    timeoutMs: 60_000,
  });
  await replica.command('REPLICAOF', 'NO', 'ONE');

  const proxy = await startTcpProxy(scope, urls[0]);
  const logger = createLogger({ process: 'test', level: 'silent' });
  const url = new Secret(proxy.through(urls[0]));
  const redis = new RedisConnection({ url, name: 'test', deadlineMs: 5000, logger });
  const failOver = async () => {
    if (redis.generation === 1) {
      await proxy.pointTo(urls[1]);
      await eventually(() => (redis.generation === 2 && redis.isReady) || undefined, {
        what: 'the connection to the new master',
        timeoutMs: 60_000,
      });
    }
    return 6;
  };
  const sink = new RedisSink({
    redis,
    countPartitions: failOver,
    onFlush: () => assert.fail('the new master has missed nothing yet'),
    logger,
  });
  await sink.start();
  scope.after(() => sink.stop());
  await eventually(() => redis.isReady || undefined, { what: 'the connection' });
  const apply = () => sink.apply(target, batch, async () => undefined);
  const position = () => replica.command('HGET', 'cache_position', `${topic}/1`);

  await assert.rejects(apply(), { code: 'redis_reconnected' });
  assert.equal(await master.command('GET', 'cities_BGR'), null, 'the old master has deleted');
  assert.equal(await replica.command('GET', 'cities_BGR'), '"old"', 'the new one has not');
  assert.equal(await position(), stored);

  await apply();
  assert.equal(await replica.command('GET', 'cities_BGR'), null);
  assert.equal(await position(), recorded);
});
