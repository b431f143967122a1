// Of several listeners one leads; when it goes, another goes on, and nothing is lost in between.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './support/eventually.ts';
import { watchTopic } from './support/kafka.ts';
import { startPipeline } from './support/pipeline.ts';

const endings: [title: string, signal: NodeJS.Signals][] = [
  ['is killed', 'SIGKILL'],
  ['is asked to stop', 'SIGTERM'],
  ['hangs', 'SIGSTOP'],
];

for (const [title, signal] of endings) {
  test(`a warm standby takes over when the leader ${title}`, async (t) => {
    const pipeline = await startPipeline(t, { apis: 0, cleaners: 1, listeners: 1 });
    const [leader] = pipeline.listeners;
    assert.ok(leader);
    await leader.waitForEvent('relay.leader');
    const standby = pipeline.startListener();
    await standby.waitForEvent('relay.standby');
    const topic = await watchTopic(t, pipeline.topic('city_updates'));
    await pipeline.sql(`insert into city(name, countrycode, population) values ('One', 'BGR', 1)`);
    await topic.waitFor('BGR from the first leader', ({ key }) => key === 'BGR');

    leader.kill(signal);
    await pipeline.sql(`insert into city(name, countrycode, population) values ('Two', 'ROU', 1)`);
    await topic.waitFor('ROU from the second', ({ key }) => key === 'ROU');
    await standby.waitForEvent('relay.leader');
    await eventually(
      async () => (await pipeline.sql('select 1 from cache.outbox')).length === 0 || undefined,
      { what: 'the outbox to be empty' },
    );

    if (signal === 'SIGSTOP') {
      const before = leader.logs.length;
      leader.kill('SIGCONT');
      await leader.waitForEvent('relay.standby', { since: before });
    }
  });
}
