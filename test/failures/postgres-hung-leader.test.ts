// A leader is stopped in the middle of a large result: its server process waits for the network,
// where no limit on idle sessions reaches it, and holds the leader's lock.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { startPipeline } from '../support/pipeline.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

/** More than what the network keeps for a reader that does not read. */
const rows = `
  insert into cache.outbox (resource, codes)
  select 'city', array(select repeat('x', 400) from generate_series(1, 100))
    from generate_series(1, 300)`;

test('a leader that hangs in the middle of a large result is replaced', async (t) => {
  const pipeline = await startPipeline(t, {
    apis: 0,
    listeners: 0,
    cleaners: 0,
    trusted: false,
    env: { ENABLE_KAFKA: 'false' },
  });
  const redis = await startTcpProxy(t, pipeline.redis.url);
  const leader = pipeline.startListener({ REDIS_URL: redis.through(pipeline.redis.url) });
  await pipeline.waitUntilApplied();
  // While nothing can be delivered the rows stay, and every look reads all of them.
  await redis.cut();
  await leader.waitForEvent('delivery.blocked');
  await pipeline.sql(rows);

  /** What the leader's server process waits for, while the leader does not move. */
  async function waitEvent(): Promise<string | null> {
    const [session] = await pipeline.sql<{ wait_event: string | null }>(
      `select activity.wait_event from pg_stat_activity as activity
         join pg_locks using (pid)
        where locktype = 'advisory' and objid = 2 and granted and objsubid = 2
          and datname = current_database()`,
    );
    return session === undefined ? 'nobody leads' : session.wait_event;
  }

  await eventually(
    async () => {
      leader.kill('SIGSTOP');
      const event = await eventually(async () => (await waitEvent()) ?? undefined, {
        what: 'the leader’s session to wait for something',
        timeoutMs: 30_000,
      });
      if (event === 'ClientWrite') {
        return true;
      }
      leader.kill('SIGCONT');
      return undefined;
    },
    { what: 'the leader to be stopped in the middle of a result', timeoutMs: 60_000 },
  );
  assert.equal(await waitEvent(), 'ClientWrite');
  const successor = pipeline.startListener();
  await successor.waitForEvent('relay.leader', { timeoutMs: 60_000 });
});
