// A commit that was visible, published and cached, and that the database then forgets: what the
// API must do from the moment it can know until everything is well again.

import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import type { Pipeline } from './pipeline.ts';
import type { RunningProcess } from './processes.ts';

export interface LossOptions {
  /** Just before the commit that will be lost. */
  before: () => Promise<void>;
  /** Ends with a database that answers. */
  lose: () => Promise<void>;
}

const path = '/cities/BGR';
const roundsMax = 5;

/** Afterwards the answers are the database's again, and come from the cache. */
export async function assertLossHeals(pipeline: Pipeline, options: LossOptions): Promise<void> {
  const [listener] = pipeline.listeners;
  assert.ok(listener);
  const lost = await loseCommit(pipeline, listener, options);
  await eventually(() => bypassed(pipeline), {
    what: 'reads to go around the cache because of the incarnation',
    timeoutMs: 60_000,
  });
  const answer = await pipeline.get(path);
  assert.deepEqual(answer, { source: 'database', data: await townOf(pipeline) });
  assert.deepEqual(JSON.parse((await pipeline.entry('cities_BGR')) ?? ''), lost);

  const since = listener.logs.length;
  listener.kill('SIGCONT');
  await listener.waitForEvent('delivery.incarnation_flush', { since, timeoutMs: 60_000 });
  await pipeline.waitUntilApplied();
  await pipeline.waitUntilTrusted();
  const { data } = await pipeline.warm(path);
  assert.deepEqual(data, await townOf(pipeline));
}

/**
 * What is cached and was never true. The listener is held meanwhile, so that nothing heals unseen.
 * A commit that was not lost after all proves nothing, and is tried again.
 */
async function loseCommit(
  pipeline: Pipeline,
  listener: RunningProcess,
  { before, lose }: LossOptions,
): Promise<unknown> {
  await writeTown(pipeline, 'on');
  for (let round = 1; round <= roundsMax; round += 1) {
    await pipeline.waitUntilApplied();
    await pipeline.waitUntilTrusted();
    const kept = await townOf(pipeline);
    await before();
    await writeTown(pipeline, 'off');
    await pipeline.waitUntilApplied();
    await pipeline.waitUntilTrusted();
    const { data } = await pipeline.warm(path);
    assert.notDeepEqual(data, kept);
    listener.kill('SIGSTOP');
    await lose();
    const now = await eventually(() => townOf(pipeline), {
      what: 'the database to answer',
      timeoutMs: 60_000,
    });
    if (JSON.stringify(now) === JSON.stringify(kept)) {
      return data;
    }
    listener.kill('SIGCONT');
  }
  assert.fail(`the commit was still there, ${roundsMax} times`);
}

async function writeTown(pipeline: Pipeline, synchronousCommit: 'on' | 'off'): Promise<void> {
  await pipeline.sql(`
    begin;
    set local synchronous_commit = ${synchronousCommit};
    insert into city(id, name, countrycode, population) values (0, 'Town', 'BGR', 1)
    on conflict (id) do update set population = city.population + 1;
    commit`);
}

async function townOf(pipeline: Pipeline): Promise<unknown[]> {
  return await pipeline.sql(`select name, population::int from city where countrycode = 'BGR'`);
}

async function bypassed(pipeline: Pipeline): Promise<true | undefined> {
  const [api] = pipeline.apis;
  assert.ok(api);
  const { resources } = await pipeline.health(api);
  return resources.city?.bypass === 'incarnation' || undefined;
}
