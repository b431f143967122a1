// Much at once: more than Kafka takes in one send goes in several, more than is worth naming
// becomes one flush, and in neither case does anything behind it wait.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { partitionOf } from '../../contract/partition.ts';
import { type CodeWatch, watchCodes } from '../support/code-watch.ts';
import { type Pipeline, startPipeline } from '../support/pipeline.ts';
import { suiteScope } from '../support/scope.ts';
import { connectTopicAdmin } from '../support/topic-admin.ts';

/** A send of so many to one partition is over the broker's limit of 1 MB. */
const codesBelowLimit = 9000;

/** Film ids, all on one partition, where the limit of a single send is met first. */
function idsOnOnePartition(count: number): string[] {
  const ids: string[] = [];
  for (let number = 0; ids.length < count; number += 1) {
    const id = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
    if (partitionOf(id, 3) === 1) {
      ids.push(id);
    }
  }
  return ids;
}

describe('one drain', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let films: CodeWatch;
  let cities: CodeWatch;

  before(async () => {
    pipeline = await startPipeline(scope, { apis: 0 });
    films = await watchCodes(scope, pipeline, 'movie_updates');
    cities = await watchCodes(scope, pipeline, 'city_updates');
  });

  async function invalidate(ids: readonly string[]): Promise<string[]> {
    return await films.codesOf(`select cache.invalidate('movie', '{${ids.join()}}')`);
  }

  test('of thousands of codes is sent in parts, and all of them arrive', async () => {
    const ids = idsOnOnePartition(codesBelowLimit);
    const keys = ids.map((id) => `movie_${id}`);
    await pipeline.redis.command('MSET', ...keys.flatMap((key) => [key, 'null']));
    assert.deepEqual(await invalidate(ids), ids);
    await pipeline.waitUntilApplied();
    assert.equal(await pipeline.redis.command('EXISTS', ...keys), 0);
    assert.deepEqual(await pipeline.sql('select from cache.outbox'), []);
  });

  test('of more codes than are worth naming is one flush', async () => {
    await pipeline.redis.command('SET', 'movie_any', 'null');
    assert.deepEqual(await invalidate(idsOnOnePartition(10_001)), ['*']);
    await pipeline.waitUntilApplied();
    assert.equal(await pipeline.entry('movie_any'), null);
  });

  test('of a statement on a million rows is one flush', async () => {
    // Narrow and unlogged: the rows are for the trigger, not for the disk.
    await cities.codesOf(`
      create unlogged table guest (code text);
      select cache.watch('guest', resource => 'city', columns => '{code}',
                         channel => 'city_updates')`);
    await pipeline.redis.command('SET', 'cities_ANY', '[]');
    const since = cities.topic.messages.length;
    const codes = await cities.codesOf(`
      insert into guest
      select 'K' || chr(65 + n % 26) || chr(65 + n / 26 % 26) from generate_series(1, 1000000) n`);
    assert.deepEqual(codes, ['*']);
    assert.equal(cities.topic.messages.length, since + 1);
    await pipeline.waitUntilApplied();
    assert.equal(await pipeline.entry('cities_ANY'), null);
  });

  test('is sent in smaller parts where the broker takes less than usual', async () => {
    const topics = await connectTopicAdmin(scope);
    await topics.configure(pipeline.topic('movie_updates'), 'max.message.bytes', '20000');
    const ids = idsOnOnePartition(2000);
    assert.deepEqual(await invalidate(ids), ids);
  });
});
