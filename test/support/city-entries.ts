// Entries of the city resource, on every partition of its topic, filled as if they were old: after
// a change and whatever else happened, none of them may be left.

import assert from 'node:assert/strict';
import { partitionOf } from '../../contract/partition.ts';
import { eventually } from './eventually.ts';
import type { Pipeline } from './pipeline.ts';

export class CityEntries {
  readonly codes: readonly string[];
  readonly topic: string;
  readonly #pipeline: Pipeline;

  constructor(pipeline: Pipeline, codes: readonly string[]) {
    this.#pipeline = pipeline;
    this.codes = codes;
    this.topic = pipeline.topic('city_updates');
  }

  async fill(): Promise<void> {
    await this.#pipeline.redis.command('MSET', ...this.#keys().flatMap((key) => [key, '"old"']));
  }

  async change(): Promise<void> {
    await this.#pipeline.sql('update city set population = population + 1');
  }

  /** Everything that was written is in Kafka. */
  async waitUntilPublished(): Promise<void> {
    await eventually(
      async () => {
        const rows = await this.#pipeline.sql('select from cache.outbox');
        return rows.length === 0 || undefined;
      },
      { what: 'the outbox to be empty', timeoutMs: 60_000 },
    );
  }

  /** The codes that are still cached. */
  async left(): Promise<string[]> {
    const values = await this.#pipeline.redis.command<unknown[]>('MGET', ...this.#keys());
    return this.codes.filter((_, index) => values[index] !== null);
  }

  async assertGone(): Promise<void> {
    await this.#pipeline.waitUntilApplied();
    assert.deepEqual(await this.left(), []);
  }

  /** The positions that the cleaners have stored, by partition. */
  async storedOffsets(): Promise<number[]> {
    const fields = await this.#pipeline.redis.command<Record<string, string>>(
      'HGETALL',
      'cache_position',
    );
    const ofTopic = Object.entries(fields).filter(([field]) => field.startsWith(`${this.topic}/`));
    return ofTopic
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([, text]) => Number((JSON.parse(text) as { next: string }).next));
  }

  #keys(): string[] {
    return this.codes.map((code) => `cities_${code}`);
  }
}

/** With a row for each of a few codes on each partition, for either number of partitions. */
export async function createCityEntries(pipeline: Pipeline): Promise<CityEntries> {
  const codes = [3, 6].flatMap((partitionCount) =>
    Array.from({ length: partitionCount }, (_, partition) => codeOn(partition, partitionCount)),
  );
  const entries = new CityEntries(pipeline, [...new Set(codes)]);
  await pipeline.sql(`
    insert into city (name, countrycode, population)
    select 'Town', code, 1 from unnest('{${entries.codes.join()}}'::text[]) as code`);
  return entries;
}

function codeOn(partition: number, partitionCount: number): string {
  for (let number = 0; ; number += 1) {
    const letters = [Math.floor(number / 26) % 26, number % 26].map((letter) => 65 + letter);
    const code = `K${String.fromCharCode(...letters)}`;
    if (partitionOf(code, partitionCount) === partition) {
      return code;
    }
  }
}
