import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventually } from '../../test/support/eventually.ts';
import { type OwnServer, startOwnServer } from '../../test/support/own-server.ts';
import { connectRedis } from '../../test/support/redis.ts';
import { planRedisGroup, redisGroupUrl } from '../../test/support/redis-group.ts';
import { reverseScope, suiteScope } from '../../test/support/scope.ts';
import { createLogger } from '../logger.ts';
import { Secret } from '../secret.ts';
import { RedisConnection } from './redis.ts';
import { RedisSentinel, sentinelOptionsOf } from './redis-sentinel.ts';

const deadlineMs = 5000;
const logger = createLogger({ process: 'test', level: 'silent' });

describe('Redis behind three sentinels', () => {
  const scope = suiteScope();
  const started = new Map<string, OwnServer>();
  let url: string;
  let redis: RedisConnection;

  before(async () => {
    const group = await planRedisGroup();
    for (const { name, server, port } of group) {
      started.set(name, await startOwnServer(scope, server, port));
    }
    url = redisGroupUrl(group);
    redis = new RedisConnection({ url: new Secret(url), name: 'test', deadlineMs, logger });
    scope.after(() => redis.stop());
    await untilReplicated();
    redis.start();
  });

  const sentinel = (): RedisSentinel => {
    const options = sentinelOptionsOf(url);
    assert.ok(options);
    return new RedisSentinel(options);
  };

  const serverNamed = (name: string): OwnServer => {
    const server = started.get(name);
    assert.ok(server, name);
    return server;
  };

  /** A sentinel promotes only a replica that it knows of and that is in step. */
  async function untilReplicated(): Promise<void> {
    for (const name of ['sentinel-1', 'sentinel-2', 'sentinel-3']) {
      const monitor = await connectRedis(scope, serverNamed(name).env.REDIS_SENTINEL ?? '');
      await eventually(
        async () => {
          const replicas = await monitor.command<unknown[]>('SENTINEL', 'REPLICAS', 'cinesync');
          const others = await monitor.command<unknown[]>('SENTINEL', 'SENTINELS', 'cinesync');
          const isInStep = /"master-link-status":"ok"/.test(JSON.stringify(replicas));
          return (isInStep && others.length === 2) || undefined;
        },
        { what: `${name} to know the replica and the others`, timeoutMs: 60_000 },
      );
    }
  }

  async function untilConnectedTo(host: string, since: number): Promise<void> {
    await eventually(
      async () => {
        const isNew = redis.isReady && redis.generation > since;
        if (!isNew || (await sentinel().findMaster()) !== host) return undefined;
        const [role] = await redis.command<[string]>('ROLE');
        return role === 'master' || undefined;
      },
      { what: `a connection to ${host} as the master`, timeoutMs: 60_000 },
    );
  }

  test('it connects to the master that they name', async () => {
    await untilConnectedTo('127.0.0.1', 0);
    assert.equal(await redis.command('SET', 'key', 'value'), 'OK');
  });

  test('a master that dies is replaced by its replica, over a connection that counts', async () => {
    const { generation } = redis;
    const pinned = redis.pin(5000);
    await serverNamed('redis-1').kill();
    await untilConnectedTo('127.0.0.2', generation);
    await assert.rejects(pinned('GET', 'key'), { code: 'redis_reconnected' });
    assert.equal(await redis.command('GET', 'key'), 'value');
  });

  test('a master that is replaced while it lives is left', async () => {
    await serverNamed('redis-1').start();
    await untilReplicated();
    const { generation } = redis;
    const monitor = await connectRedis(scope, serverNamed('sentinel-1').env.REDIS_SENTINEL ?? '');
    await monitor.command('SENTINEL', 'FAILOVER', 'cinesync');
    await untilConnectedTo('127.0.0.1', generation);
    assert.equal(await redis.command('SET', 'key', 'after'), 'OK');
  });

  test('one sentinel is enough to find it, and none is said so', async () => {
    await serverNamed('sentinel-1').kill();
    await serverNamed('sentinel-2').kill();
    assert.equal(await sentinel().findMaster(), '127.0.0.1');
    await serverNamed('sentinel-3').kill();
    await assert.rejects(sentinel().findMaster(), { code: 'redis_no_master' });
    assert.equal(await redis.command('GET', 'key'), 'after', 'an open connection stays');
  });

  test('whoever begins without sentinels connects once there is one', async () => {
    const late = new RedisConnection({ url: new Secret(url), name: 'late', deadlineMs, logger });
    scope.after(() => late.stop());
    late.start();
    await assert.rejects(late.command('PING'), { code: 'redis_failed' });
    await serverNamed('sentinel-1').start();
    await eventually(() => late.isReady || undefined, { what: 'the connection' });
    assert.equal(await late.command('GET', 'key'), 'after');
  });
});

test('what the sentinels name must have the port of the address', async (t) => {
  const scope = reverseScope(t);
  const group = await planRedisGroup();
  for (const { name, server, port } of group) {
    if (name !== 'sentinel-3') await startOwnServer(scope, server, port);
  }
  const url = redisGroupUrl(group).replace(/cinesync:\d+/, 'cinesync:6379');
  const options = sentinelOptionsOf(url);
  assert.ok(options);
  await assert.rejects(new RedisSentinel(options).findMaster(), /the address says 6379/);
});
