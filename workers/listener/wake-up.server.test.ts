import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createLogger } from '../../platform/logger.ts';
import { Secret } from '../../platform/secret.ts';
import { createDatabase } from '../../test/support/database.ts';
import { eventually } from '../../test/support/eventually.ts';
import { reverseScope } from '../../test/support/scope.ts';
import { startTcpProxy } from '../../test/support/tcp-proxy.ts';
import { WakeUp } from './wake-up.ts';

/** A wake-up that has begun to listen on two channels, through a network that can fail. */
async function prepare(t: TestContext) {
  const scope = reverseScope(t);
  const database = await createDatabase(scope, { migrated: false });
  const proxy = await startTcpProxy(scope, database.url);
  const logger = createLogger({ process: 'test', level: 'silent' });
  const state = { rings: 0 };
  const wakeUp = new WakeUp({
    url: new Secret(proxy.through(database.url)),
    channels: ['city_updates', 'movie_updates'],
    logger,
    onWake: () => (state.rings += 1),
  });
  scope.after(() => wakeUp.stop());
  await wakeUp.start();
  const waitUntil = (listening: boolean) => {
    return eventually(() => wakeUp.isListening === listening || undefined, {
      what: listening ? 'it to listen' : 'it to notice that it is deaf',
      timeoutMs: 30_000,
    });
  };
  await waitUntil(true);
  const notify = (channel: string, payload: string) =>
    database.query('select pg_notify($1, $2)', [channel, payload]);
  /** Everything heard until a sentinel arrives on the same connection. */
  const hearUntil = async (last: string) => {
    const heard: { channel: string; payload: string }[] = [];
    await notify('city_updates', last);
    await eventually(
      () => {
        heard.push(...wakeUp.takeNotifications());
        return heard.find(({ payload }) => payload === last);
      },
      { what: 'the sentinel' },
    );
    return heard.slice(0, -1);
  };
  return { wakeUp, database, proxy, state, waitUntil, notify, hearUntil };
}

test('it rings for every notification, and keeps the payload with its channel', async (t) => {
  const { state, notify, hearUntil, wakeUp } = await prepare(t);
  const before = state.rings;
  await notify('city_updates', 'BGR');
  await notify('movie_updates', '{"not": json');
  await notify('other', 'unheard');
  assert.deepEqual(await hearUntil('last'), [
    { channel: 'city_updates', payload: 'BGR' },
    { channel: 'movie_updates', payload: '{"not": json' },
  ]);
  assert.ok(state.rings >= before + 3, 'each of them rang');
  assert.deepEqual(wakeUp.takeNotifications(), [], 'each is given once');
});

test('an empty payload rings and says nothing more', async (t) => {
  const { state, notify, hearUntil } = await prepare(t);
  const before = state.rings;
  await notify('city_updates', '');
  assert.deepEqual(await hearUntil('last'), []);
  assert.ok(state.rings >= before + 2, 'it rang, and so did the sentinel');
});

test('a backend that ends makes it deaf, which rings, and it listens again', async (t) => {
  const { database, state, waitUntil, notify, hearUntil } = await prepare(t);
  const before = state.rings;
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'cinesync-listener-wake-up'`,
  );
  await eventually(() => state.rings > before || undefined, { what: 'the ring of the loss' });
  await waitUntil(true);
  await notify('movie_updates', 'again');
  assert.deepEqual(await hearUntil('last'), [{ channel: 'movie_updates', payload: 'again' }]);
});

test('a network that fell silent makes it deaf, too', async (t) => {
  const { proxy, waitUntil, notify, hearUntil } = await prepare(t);
  proxy.silence();
  await waitUntil(false);
  await proxy.open();
  await waitUntil(true);
  await notify('city_updates', 'again');
  assert.deepEqual(await hearUntil('last'), [{ channel: 'city_updates', payload: 'again' }]);
});

test('it does not believe to hear before it was told so', async (t) => {
  const { wakeUp, proxy, waitUntil } = await prepare(t);
  await proxy.cut();
  await waitUntil(false);
  await proxy.open();
  proxy.silence();
  await eventually(() => proxy.countLinksAbove(-1) > 0 || undefined, { what: 'an attempt' });
  assert.equal(wakeUp.isListening, false);
  await proxy.open();
  await waitUntil(true);
});

test('a server that is away for long is listened to once it is back', async (t) => {
  const { proxy, state, waitUntil, hearUntil } = await prepare(t);
  await proxy.cut();
  await waitUntil(false);
  const before = state.rings;
  await eventually(() => state.rings > before + 2 || undefined, { what: 'several attempts' });
  await proxy.open();
  await waitUntil(true);
  assert.deepEqual(await hearUntil('last'), []);
});

test('a stop ends it, also while it tries to connect', async (t) => {
  const { wakeUp, proxy, waitUntil } = await prepare(t);
  await proxy.cut();
  await waitUntil(false);
  await wakeUp.stop();
  await wakeUp.stop();
  assert.equal(wakeUp.isListening, false);
});
