// Redis is there and can not be used: half-open (connections stay, nothing passes) or slow. Reads
// are answered from Postgres, and everybody finds back by himself.

import { before, describe, test } from 'node:test';
import { type MovingRedis, startMovingRedis } from '../support/moving-redis.ts';
import { startOwnRedis } from '../support/own-redis.ts';
import { suiteScope } from '../support/scope.ts';

/** Longer than any deadline of a reader. */
const latencyMs = 500;
/** Which of the two runs out first depends on how far behind the last poll found the cleaner. */
const unreachable = ['redis', 'lag'];

describe('a Redis that can not be used', () => {
  const scope = suiteScope();
  let installation: MovingRedis;

  before(async () => {
    installation = await startMovingRedis(scope, await startOwnRedis(scope));
    await installation.warm();
  });

  test('silent towards the API: reads go to Postgres, and it connects anew', async () => {
    installation.readers.silence();
    await installation.assertBypassed(...unreachable);
    // The old connection stays as it is, for ever.
    installation.readers.forget();
    await installation.assertHealed();
  });

  test('silent towards the cleaner: reads go to Postgres, and it connects anew', async () => {
    const { applier, applying } = installation;
    const since = applying.logs.length;
    applier.silence();
    await installation.assertBypassed('lag');
    await applying.waitForEvent('cleaner.blocked', { since, timeoutMs: 60_000 });
    applier.forget();
    await installation.assertHealed();
  });

  test('silent towards everybody, until the network is back', async () => {
    const { readers, applier } = installation;
    for (const address of [readers, applier]) {
      address.silence();
    }
    await installation.assertBypassed(...unreachable);
    for (const address of [readers, applier]) {
      await address.open();
    }
    await installation.assertHealed();
  });

  test('slow: reads go to Postgres as long as it is', async () => {
    const { readers, applier } = installation;
    readers.delay(latencyMs);
    applier.delay(latencyMs);
    await installation.assertBypassed(...unreachable);
    readers.delay(0);
    applier.delay(0);
    await installation.assertHealed();
  });

  test('and no process had to be started again', () => {
    installation.assertNoneEnded();
  });
});
