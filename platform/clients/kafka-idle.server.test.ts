import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { type TestContext, test } from 'node:test';
import { eventually } from '../../test/support/eventually.ts';
import { servers } from '../../test/support/servers.ts';
import { createLogger } from '../logger.ts';
import { createKafka } from './kafka.ts';
import { letKafkaRest } from './kafka-idle.ts';

interface Queue {
  maybeThrottle(forMs: number): void;
  push(request: object): void;
  destroy(): void;
}

const RequestQueue = createRequire(import.meta.url)(
  'kafkajs/src/network/requestQueue/index.js',
) as new (
  options: object,
) => Queue;

async function connect(t: TestContext) {
  const kafka = createKafka({
    bootstrapServers: servers().KAFKA_BOOTSTRAP_SERVERS.split(','),
    clientId: 'test',
    logger: createLogger({ process: 'test', level: 'silent' }),
  });
  const admin = kafka.admin();
  await admin.connect();
  t.after(() => admin.disconnect());
  return admin;
}

test('a client that has nothing to do sets no timers', async (t) => {
  const admin = await connect(t);
  await admin.listTopics();
  const setBy: string[] = [];
  const hook = createHook({
    init: (_, type) => {
      const stack = type === 'Timeout' ? (new Error('set').stack ?? '') : '';
      if (stack.includes('requestQueue')) {
        setBy.push(stack);
      }
    },
  }).enable();
  t.after(() => hook.disable());
  let polls = 0;
  await eventually(
    () => {
      polls += 1;
      return polls > 10 || undefined;
    },
    { what: 'time to pass' },
  );
  assert.deepEqual(setBy, []);
});

test('a request that the broker wants to have later is sent later', async (t) => {
  letKafkaRest();
  const logger = { debug: () => undefined };
  const queue = new RequestQueue({ logger, isConnected: () => true });
  t.after(() => queue.destroy());
  queue.maybeThrottle(100);
  let sent = false;
  queue.push({
    entry: { correlationId: 1, resolve: () => undefined },
    expectResponse: false,
    sendRequest: () => {
      sent = true;
    },
  });
  assert.ok(!sent);
  await eventually(() => sent || undefined, { what: 'the request' });
});
