// Redis fails over to a server that lacks a DEL, and back to one that never knew it was replaced.
// The old entry that such a server holds is flushed before the cache is trusted again.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { type MovingRedis, startMovingRedis } from '../support/moving-redis.ts';
import { startOwnRedis } from '../support/own-redis.ts';
import type { RedisDatabase } from '../support/redis.ts';
import { suiteScope } from '../support/scope.ts';

for (const kafkaEnabled of [true, false]) {
  describe(`a Redis that is replaced, ${kafkaEnabled ? 'with' : 'without'} Kafka`, () => {
    const scope = suiteScope();
    let installation: MovingRedis;
    let urls: [first: string, second: string];
    let first: RedisDatabase;
    let second: RedisDatabase;

    before(async () => {
      urls = await Promise.all([startOwnRedis(scope), startOwnRedis(scope)]);
      installation = await startMovingRedis(scope, urls[0], { kafkaEnabled });
      [first, second] = await Promise.all([
        installation.connectTo(urls[0]),
        installation.connectTo(urls[1]),
      ]);
    });

    /** Readers first; changes wait until the trap has been seen: the old entry, still there. */
    async function moveTo(index: 0 | 1, oldEntry: string): Promise<void> {
      const { applying, applier } = installation;
      const since = applying.logs.length;
      await applier.cut();
      await installation.pointReadersTo(urls[index]);
      assert.equal(await installation.entry(), oldEntry, 'the server holds the old entry');
      await installation.assertBypassed('lag');
      await applier.pointTo(urls[index]);
      await installation.assertFlushedAndTrusted(since);
      assert.notEqual(await installation.entry(), oldEntry);
    }

    test('by a replica that missed a DEL', async () => {
      const { hostname, port } = new URL(urls[0]);
      await second.command('REPLICAOF', hostname, port);
      const oldEntry = await installation.warm();
      await eventually(
        async () => (await second.command('GET', 'cities_BGR')) === oldEntry || undefined,
        { what: 'the replica to have the entry', timeoutMs: 60_000 },
      );
      await second.command('REPLICAOF', 'NO', 'ONE');
      await installation.writeAndApply();
      assert.notEqual(await first.command('GET', 'cities_BGR'), oldEntry);
      await moveTo(1, oldEntry);
    });

    test('and replaced back by the first, which was never restarted', async () => {
      await installation.applier.pointTo(urls[0]);
      await installation.pointReadersTo(urls[0]);
      await installation.assertHealed();
      const oldEntry = await installation.warm();
      const since = installation.applying.logs.length;
      await installation.applier.pointTo(urls[1]);
      await installation.pointReadersTo(urls[1]);
      await installation.assertFlushedAndTrusted(since);
      await moveTo(0, oldEntry);
    });

    test('under an API that stays with the old one: it reads from Postgres', async () => {
      const { pipeline, witness } = installation;
      const left = pipeline.startApi({ REDIS_URL: second.url });
      await eventually(
        async () => (await pipeline.health(left)).resources.city?.bypass === 'lag' || undefined,
        { what: 'the API on the old server to bypass', timeoutMs: 60_000 },
      );
      await witness.write();
      const answer = await pipeline.get('/cities/BGR', pipeline.apis.indexOf(left));
      assert.deepEqual(answer, { source: 'database', data: witness.rows });
      witness.assertNothingOld();
    });
  });
}
