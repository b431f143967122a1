// Two cleaners, of which one still talks to the old Redis after a failover: it deletes an entry
// there and commits. Once it moves over, what it applies next does not continue, and flushes.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { partitionOf } from '../../contract/partition.ts';
import { eventually } from '../support/eventually.ts';
import { type MovingRedis, startMovingRedis } from '../support/moving-redis.ts';
import { startOwnRedis } from '../support/own-redis.ts';
import type { RunningProcess } from '../support/processes.ts';
import { connectRedis, type RedisDatabase } from '../support/redis.ts';
import { suiteScope } from '../support/scope.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { connectTopicAdmin, type TopicAdmin } from '../support/topic-admin.ts';

interface AddressedCleaner {
  cleaner: RunningProcess;
  address: TcpProxy;
}

const partition = partitionOf('BGR', 3);

describe('two cleaners during a failover of Redis', () => {
  const scope = suiteScope();
  let installation: MovingRedis;
  let urls: [oldMaster: string, newMaster: string];
  let oldMaster: RedisDatabase;
  let newMaster: RedisDatabase;
  let topics: TopicAdmin;
  let topic: string;
  let cleaners: AddressedCleaner[];

  before(async () => {
    urls = await Promise.all([startOwnRedis(scope), startOwnRedis(scope)]);
    installation = await startMovingRedis(scope, urls[0]);
    const { pipeline, applying, applier } = installation;
    topic = pipeline.topic('city_updates');
    topics = await connectTopicAdmin(scope);
    oldMaster = await connectRedis(scope, installation.urlOn(urls[0]));
    newMaster = await connectRedis(scope, installation.urlOn(urls[1]));
    const address = await startTcpProxy(scope, urls[0]);
    const second = pipeline.startCleaner({ REDIS_URL: address.through(pipeline.redis.url) });
    cleaners = [
      { cleaner: applying, address: applier },
      { cleaner: second, address },
    ];
    await second.waitForEvent('kafka_source.joined');
    await pipeline.waitUntilApplied();
  });

  const joins = () =>
    cleaners.flatMap(({ cleaner }) =>
      cleaner.logs.filter(({ event }) => event === 'kafka_source.joined'),
    ).length;

  const flushes = () =>
    cleaners.flatMap(({ cleaner }) =>
      cleaner.logs.filter(
        ({ event, resource, reason }) =>
          event === 'redis_sink.flush' && resource === 'city' && reason === 'discontinuity',
      ),
    ).length;

  function ownsEntry({ cleaner }: AddressedCleaner): boolean {
    const joined = cleaner.logs.findLast(({ event }) => event === 'kafka_source.joined');
    const assignment = joined?.assignment as Record<string, number[]> | undefined;
    return assignment?.[topic]?.includes(partition) === true;
  }

  async function readNext(redis: RedisDatabase): Promise<number> {
    const text = await redis.command<string>('HGET', 'cache_position', `${topic}/${partition}`);
    return Number((JSON.parse(text) as { next: string }).next);
  }

  /** Everything is applied and committed, and nothing more comes. */
  async function waitUntilQuiet(): Promise<void> {
    const groupId = installation.pipeline.topic('cinesync-cleaner');
    await eventually(
      async () => {
        const ends = await topics.endOffsets(topic);
        const committed = await topics.committedOffsets(groupId, topic);
        return committed.join() === ends.join() || undefined;
      },
      { what: 'the cleaners to have committed everything', timeoutMs: 60_000 },
    );
  }

  /** The new master has all that the old one has until now, and nothing from now on. */
  async function replicateOnce(): Promise<void> {
    const { hostname, port } = new URL(urls[0]);
    await newMaster.command('REPLICAOF', hostname, port);
    await oldMaster.command('SET', 'mark', 'here');
    await eventually(async () => (await newMaster.command('GET', 'mark')) ?? undefined, {
      what: 'the replica to have caught up',
      timeoutMs: 60_000,
    });
    await newMaster.command('REPLICAOF', 'NO', 'ONE');
  }

  test('the one that deleted on the old master flushes on the new one', async (t) => {
    const { pipeline, witness } = installation;
    const oldEntry = await installation.warm();
    await pipeline.listeners.pop()?.stop();
    await waitUntilQuiet();
    await replicateOnce();
    const before = { joins: joins(), flushes: flushes(), next: await readNext(newMaster) };
    const stays = cleaners.find(ownsEntry);
    const moves = cleaners.find((cleaner) => cleaner !== stays);
    assert.ok(stays && moves);

    await moves.address.pointTo(urls[1]);
    await installation.pointReadersTo(urls[1]);
    pipeline.startListener();
    await witness.write();
    await eventually(async () => (await readNext(oldMaster)) > before.next || undefined, {
      what: 'a batch to be applied on the old master',
      timeoutMs: 60_000,
    });
    await eventually(
      async () => (await oldMaster.command('GET', 'cities_BGR')) === null || undefined,
      { what: 'the entry to be deleted on the old master', timeoutMs: 60_000 },
    );
    await installation.assertBypassed('lag');
    if (joins() === before.joins) {
      assert.equal(
        await newMaster.command('GET', 'cities_BGR'),
        oldEntry,
        'the old entry is there',
      );
      assert.equal(flushes(), before.flushes, 'who moved first continued without a gap');
    } else {
      t.diagnostic('the group was rebalanced meanwhile, so that the entry was flushed earlier');
    }

    await stays.address.pointTo(urls[1]);
    await eventually(() => flushes() > before.flushes || undefined, {
      what: 'the flush',
      timeoutMs: 60_000,
    });
    await installation.assertHealed();
    installation.assertNoneEnded();
  });
});
