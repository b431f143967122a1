// Redis comes back as it once was, or empty: killed and started from an old dump, or FLUSHALL. Its
// positions are as old as its entries, so that nothing old is trusted, and nothing is restarted.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { redis } from '../../stack/servers/redis.ts';
import { type MovingRedis, startMovingRedis } from '../support/moving-redis.ts';
import { type OwnServer, startOwnServer } from '../support/own-server.ts';
import { suiteScope } from '../support/scope.ts';

for (const kafkaEnabled of [true, false]) {
  describe(`a Redis that goes back in time, ${kafkaEnabled ? 'with' : 'without'} Kafka`, () => {
    const scope = suiteScope();
    let server: OwnServer;
    let installation: MovingRedis;

    before(async () => {
      server = await startOwnServer(scope, redis);
      installation = await startMovingRedis(scope, server.env.REDIS_URL ?? '', { kafkaEnabled });
    });

    async function restartFromDump(): Promise<void> {
      await server.kill();
      await server.start();
      await installation.waitUntilReached();
    }

    /** Dumped with an entry, which is deleted afterwards. */
    async function dumpAndChange(): Promise<string> {
      const oldEntry = await installation.warm();
      await installation.pipeline.redis.command('SAVE');
      await installation.writeAndApply();
      assert.notEqual(await installation.warm(), oldEntry);
      return oldEntry;
    }

    test('to an old dump: its entries are flushed before they are trusted', async () => {
      const { applier, applying } = installation;
      const oldEntry = await dumpAndChange();
      const since = applying.logs.length;
      await applier.cut();
      await restartFromDump();
      assert.equal(await installation.entry(), oldEntry, 'the dump holds the old entry');
      await installation.assertBypassed('lag');
      await applier.open();
      await installation.assertFlushedAndTrusted(since);
    });

    test('to an old dump, at any moment', async () => {
      await dumpAndChange();
      const since = installation.applying.logs.length;
      await restartFromDump();
      await installation.assertFlushedAndTrusted(since);
    });

    test('to nothing, by FLUSHALL', async () => {
      const { applier, applying, pipeline } = installation;
      await installation.warm();
      const since = applying.logs.length;
      await applier.cut();
      await pipeline.redis.command('FLUSHALL');
      await installation.assertBypassed('position');
      await applier.open();
      await installation.assertFlushedAndTrusted(since);
    });

    test('and no process had to be started again', () => {
      installation.assertNoneEnded();
    });
  });
}
