// Postgres forgets commits that were visible, published and cached: after a crash, because their
// writers did not wait for the disk, and when an old copy of its data is put in their place.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { assertLossHeals } from '../support/lost-commit.ts';
import { type OwnPostgres, startOwnPostgres } from '../support/own-postgres.ts';
import { type Pipeline, startPipeline } from '../support/pipeline.ts';
import { suiteScope } from '../support/scope.ts';

describe('a cached value whose commit is lost', () => {
  const scope = suiteScope();
  let postgres: OwnPostgres;
  let pipeline: Pipeline;

  before(async () => {
    postgres = await startOwnPostgres(scope);
    pipeline = await startPipeline(scope, { servers: { DATABASE_URL: postgres.url } });
  });

  test('in a crash of the whole server is flushed', async () => {
    await assertLossHeals(pipeline, {
      before: () => postgres.holdLog(),
      lose: async () => {
        await postgres.crash();
        await postgres.start();
      },
    });
  });

  test('in a crash that the server itself recovers from is flushed', async () => {
    const startedAt = 'select pg_postmaster_start_time()';
    const started = await pipeline.sql(startedAt);
    await assertLossHeals(pipeline, {
      before: () => postgres.holdLog(),
      lose: () => postgres.crashOneBackend(),
    });
    assert.deepEqual(await pipeline.sql(startedAt), started, 'the server was never restarted');
  });

  test('by the return of an old copy of the data is flushed', async () => {
    const stored = 'select id from cache.incarnation';
    let copied: unknown;
    await assertLossHeals(pipeline, {
      before: async () => {
        copied = await pipeline.sql(stored);
        await postgres.stop();
        postgres.copyData();
        await postgres.start();
      },
      lose: async () => {
        await postgres.stop();
        postgres.restoreData();
        await postgres.start();
        assert.deepEqual(await pipeline.sql(stored), copied, 'a clean copy keeps the row');
      },
    });
  });

  test('and no process had to be started again', () => {
    const processes = [...pipeline.apis, ...pipeline.listeners, ...pipeline.cleaners];
    assert.equal(processes.length, 3);
    const fatal = processes.flatMap(({ logs }) => logs.filter(({ level }) => level === 'fatal'));
    assert.deepEqual(fatal, []);
  });
});
