import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Counter, Registry } from 'prom-client';
import { type CachedResource, cachedResources } from '../../contract/resources.ts';
import { TransientError } from '../../platform/errors.ts';
import { createLogger } from '../../platform/logger.ts';
import { eventually } from '../../test/support/eventually.ts';
import { Batch } from './batch.ts';
import type { Change } from './change.ts';
import { Delivery } from './delivery.ts';
import type { Sink } from './sink.ts';

const away = new TransientError('kafka_unreachable', 'Kafka: away');

/** A delivery into a sink that notes what it is told, and refuses while `refusal` is set. */
function prepare(t: TestContext) {
  const told: string[] = [];
  const logged: string[] = [];
  const state = { refusal: null as Error | null, attempts: [] as string[], lostMessages: false };
  const take = async (what: string): Promise<void> => {
    state.attempts.push(what);
    await new Promise((resolve) => setImmediate(resolve));
    if (state.refusal !== null) {
      throw state.refusal;
    }
    told.push(what);
  };
  const sink: Sink = {
    server: 'Kafka',
    get lostMessages() {
      return state.lostMessages;
    },
    forgetLoss: () => undefined,
    prepare: () => take('prepare'),
    beginLead: () => void told.push('begin'),
    publish: ({ name }: CachedResource, messages) =>
      take(`${name} ${messages.map(({ key }) => key).join()}`),
    publishFlush: ({ name }) => take(`flush ${name}`),
    publishHeartbeats: async (heartbeats) => {
      for (const { resource, atMs, bypass } of heartbeats) {
        await take(`heartbeat ${resource.name} ${atMs}${bypass ? ' bypass' : ''}`);
      }
    },
    stop: async () => void told.push('stop'),
  };
  const logger = createLogger({ process: 'test', level: 'silent' });
  const write = ({ event }: { event: string }) => void logged.push(event);
  t.mock.method(logger, 'child', () => ({ info: write, warn: write, error: write }));
  const registry = new Registry();
  const messagesPublished = new Counter({
    name: 'messages',
    help: 'test',
    labelNames: ['resource', 'action'],
    registers: [registry],
  });
  const delivery = new Delivery({ sink, logger, messagesPublished });
  const neverAborts = new AbortController().signal;
  return { delivery, told, logged, state, registry, signal: neverAborts };
}

function batchOf(...codes: (string | null)[]): Batch {
  const batch = new Batch();
  for (const [index, code] of codes.entries()) {
    const place = { id: `${index}`, ctid: `(0,${index})`, committedAtMs: 1, dependents: [] };
    const change: Change = { ...place, resource: 'city', codes: code === null ? null : [code] };
    batch.add(change);
  }
  return batch;
}

const dueHeartbeat = { atMs: 77, incarnation: 'one', bypassed: new Set(['movie']) };

test('the flush of a forgotten incarnation goes first, heartbeats last', async (t) => {
  const { delivery, told, signal } = prepare(t);
  const batch = batchOf('BGR');
  batch.renewsIncarnation = true;
  batch.heartbeat = dueHeartbeat;
  await delivery.deliver(batch, signal);
  const names = cachedResources.map(({ name }) => name);
  assert.deepEqual(told, [
    ...names.map((name) => `flush ${name}`),
    'city BGR',
    ...names.map((name) => `heartbeat ${name} 77${name === 'movie' ? ' bypass' : ''}`),
  ]);
});

test('no heartbeat vouches for messages that are lost', async (t) => {
  const { delivery, told, state, signal } = prepare(t);
  const batch = batchOf('BGR');
  batch.heartbeat = dueHeartbeat;
  state.lostMessages = true;
  await delivery.deliver(batch, signal);
  assert.deepEqual(told, ['city BGR']);
});

test('codes that were only notified go with the captured ones', async (t) => {
  const { delivery, told, signal } = prepare(t);
  const batch = batchOf('BGR');
  batch.notified.push({ ...(batch.changes[0] as Change), id: 'notify-1', codes: ['ROU'] });
  await delivery.deliver(batch, signal);
  assert.deepEqual(told, ['city BGR,ROU']);
});

test('it does not give up, and says once that and once that no longer', async (t) => {
  const { delivery, told, logged, state, signal } = prepare(t);
  await delivery.start();
  assert.equal(delivery.isReady, true);
  state.refusal = away;
  const batch = batchOf('BGR');
  batch.heartbeat = dueHeartbeat;
  const delivered = delivery.deliver(batch, signal);
  await eventually(() => state.attempts.length > 3 || undefined, { what: 'several attempts' });
  assert.equal(delivery.isReady, false);
  assert.equal(delivery.failure?.message, 'Kafka: away');
  assert.deepEqual(logged, ['delivery.blocked']);
  state.refusal = null;
  await delivered;
  assert.equal(delivery.isReady, true);
  assert.equal(delivery.failure, null);
  assert.deepEqual(logged, ['delivery.blocked', 'delivery.resumed']);
  assert.deepEqual(told.slice(0, 3), ['prepare', 'city BGR', 'heartbeat city 77']);
});

test('a topic that is missing is made before the next attempt', async (t) => {
  const { delivery, told, state, signal } = prepare(t);
  state.refusal = new TransientError('kafka_unknown_topic', 'Kafka: no such topic');
  const delivered = delivery.deliver(batchOf('BGR'), signal);
  await eventually(() => state.attempts.length >= 3 || undefined, { what: 'two attempts' });
  assert.deepEqual(state.attempts.slice(0, 3), ['city BGR', 'prepare', 'city BGR']);
  state.refusal = null;
  await delivered;
  assert.equal(told.at(-1), 'city BGR');
});

test('a lead that is lost ends a delivery, and nothing more of it is sent', async (t) => {
  const { delivery, told, state } = prepare(t);
  const lost = new AbortController();
  state.refusal = away;
  const delivered = delivery.deliver(batchOf('BGR'), lost.signal);
  await eventually(() => delivery.failure ?? undefined, { what: 'the first failure' });
  lost.abort();
  await assert.rejects(delivered, { name: 'AbortError' });
  state.refusal = null;
  await delivery.deliver(batchOf('ROU'), new AbortController().signal);
  assert.deepEqual(told, ['city ROU']);
});

test('two deliveries never overlap, whoever leads', async (t) => {
  const { delivery, told, signal } = prepare(t);
  const first = batchOf('BGR');
  first.heartbeat = dueHeartbeat;
  await Promise.all([delivery.deliver(first, signal), delivery.deliver(batchOf('ROU'), signal)]);
  assert.deepEqual(
    told.map((what) => what.split(' ')[0]),
    ['city', ...cachedResources.map(() => 'heartbeat'), 'city'],
  );
});

test('a fault is not tried again, and holds up no later delivery', async (t) => {
  const { delivery, told, state, signal } = prepare(t);
  state.refusal = new TypeError('a mistake of ours');
  await assert.rejects(delivery.deliver(batchOf('BGR'), signal), { name: 'TypeError' });
  assert.equal(state.attempts.length, 1);
  state.refusal = null;
  await delivery.deliver(batchOf('ROU'), signal);
  assert.deepEqual(told, ['city ROU']);
});

test('what can go nowhere is told of and leaves the rest alone', async (t) => {
  const { delivery, told, logged, signal } = prepare(t);
  const batch = batchOf('BGR', 'B1');
  batch.add({ ...(batch.changes[0] as Change), id: '9', resource: 'cinema' });
  await delivery.deliver(batch, signal);
  assert.deepEqual(told, ['city BGR']);
  assert.deepEqual(logged, ['delivery.unknown_resource', 'delivery.ignored_codes']);
});

test('what was acknowledged is counted by resource and action', async (t) => {
  const { delivery, registry, signal } = prepare(t);
  const batch = batchOf('BGR', 'ROU');
  batch.heartbeat = dueHeartbeat;
  await delivery.deliver(batch, signal);
  await delivery.deliver(batchOf(null), signal);
  const text = await registry.metrics();
  assert.match(text, /messages\{resource="city",action="invalidate"\} 2/);
  assert.match(text, /messages\{resource="city",action="flush"\} 1/);
  assert.match(text, /messages\{resource="movie",action="heartbeat"\} 1/);
});

test('a start waits for Kafka as long as it takes, and a stop ends it', async (t) => {
  const { delivery, told, state } = prepare(t);
  state.refusal = away;
  const started = delivery.start();
  await eventually(() => delivery.failure ?? undefined, { what: 'the first failure' });
  assert.equal(delivery.isReady, false);
  const ended = assert.rejects(started, { name: 'AbortError' });
  await delivery.stop();
  await ended;
  assert.deepEqual(told, ['stop']);
});
