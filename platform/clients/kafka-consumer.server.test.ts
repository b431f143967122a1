import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { eventually } from '../../test/support/eventually.ts';
import { connectKafka, createTopicNamespace } from '../../test/support/kafka.ts';
import { reverseScope } from '../../test/support/scope.ts';
import { servers } from '../../test/support/servers.ts';
import { TransientError } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { createKafka } from './kafka.ts';
import { type ConsumerOptions, type IncomingBatch, startConsumer } from './kafka-consumer.ts';

/** A topic of one partition, whoever produces to it, and consumers of one group. */
async function prepare(t: TestContext) {
  const scope = reverseScope(t);
  const namespace = createTopicNamespace(scope);
  const topic = `${namespace}topic`;
  const admin = connectKafka().admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1 }] });
  await admin.disconnect();
  const producer = connectKafka().producer();
  await producer.connect();
  scope.after(() => producer.disconnect());
  const logger = createLogger({ process: 'test', level: 'silent' });
  const bootstrapServers = servers().KAFKA_BOOTSTRAP_SERVERS.split(',');
  const kafka = createKafka({ bootstrapServers, clientId: 'test', logger });
  const assignments: Record<string, number[]>[] = [];
  const crashes: { error: Error; final: boolean }[] = [];
  const send = async (...keys: string[]) => {
    const messages = keys.map((key) => ({ key, value: `value of ${key}` }));
    await producer.send({ topic, messages });
  };
  // A new group begins at the end, wherever that is when it first looks: it is shown messages that
  // do not count until it has seen one.
  const consume = async (onBatch: ConsumerOptions['onBatch'], samples = false) => {
    let looks = false;
    const stop = await startConsumer({
      kafka,
      groupId: `${namespace}group`,
      topics: [topic],
      samples,
      onBatch: async (batch) => {
        looks = true;
        const messages = batch.messages.filter(({ key }) => key !== 'look');
        if (messages.length > 0) {
          await onBatch({ ...batch, messages });
        }
      },
      onAssignment: (assignment) => void assignments.push(assignment),
      onCrash: (error, final) => void crashes.push({ error, final }),
      onAlive: () => undefined,
      onCommits: { onFailing: () => undefined, onResumed: () => undefined },
    });
    scope.after(stop);
    await eventually(() => send('look').then(() => looks || undefined), { what: 'the consumer' });
    return stop;
  };
  return { topic, producer, assignments, crashes, consume, send };
}

const keysOf = ({ messages }: IncomingBatch) => messages.map(({ key }) => key);

test('a message is handed over with its place, its text and its headers', async (t) => {
  const { topic, producer, assignments, consume } = await prepare(t);
  const batches: IncomingBatch[] = [];
  await consume(async (batch) => void batches.push(batch));
  assert.deepEqual(assignments, [{ [topic]: [0] }]);
  const headers = { type: 'heartbeat', id: ['first', 'second'] };
  await producer.send({ topic, messages: [{ key: 'BGR', value: '{}', headers }] });
  await producer.send({ topic, messages: [{ value: null }] });
  const messages = await eventually(
    () => {
      const all = batches.flatMap((batch) => batch.messages);
      return all.length === 2 ? all : undefined;
    },
    { what: 'both messages' },
  );
  assert.equal(batches[0]?.topic, topic);
  assert.equal(batches[0]?.partition, 0);
  const heard = { type: 'heartbeat', id: 'first' };
  const offset = messages[0]?.offset ?? -1n;
  assert.deepEqual(messages, [
    { offset, key: 'BGR', value: Buffer.from('{}'), headers: heard },
    { offset: offset + 1n, key: null, value: null, headers: {} },
  ]);
});

test('a batch that was refused is handed out again, and nothing behind it before', async (t) => {
  const { consume, send, crashes } = await prepare(t);
  const seen: (string | null)[][] = [];
  await consume(async (batch) => {
    seen.push(keysOf(batch));
    if (seen.length < 3) {
      throw new TransientError('redis_failed', 'Redis is away');
    }
  });
  await send('one', 'two');
  await eventually(() => seen.length >= 3 || undefined, { what: 'the third try' });
  await send('three');
  await eventually(() => seen.flat().includes('three') || undefined, { what: 'the next batch' });
  for (const keys of seen.slice(0, 3)) {
    assert.equal(keys[0], 'one');
  }
  assert.ok(crashes.every(({ final }) => !final));
});

test('what was accepted is not handed to the next member of the group, the rest is', async (t) => {
  const { consume, send } = await prepare(t);
  const first: (string | null)[] = [];
  const stop = await consume(async (batch) => void first.push(...keysOf(batch)));
  await send('one');
  await eventually(() => first[0], { what: 'the first message' });
  await stop();
  await send('two');
  const second: (string | null)[] = [];
  await consume(async (batch) => void second.push(...keysOf(batch)));
  await eventually(() => second[0], { what: 'the second message' });
  assert.deepEqual([first, second], [['one'], ['two']]);
});

test('a batch may be long in the making while it shows signs of life', async (t) => {
  const { consume, send } = await prepare(t);
  let signs = 0;
  await consume(async ({ keepAlive }) => {
    await keepAlive();
    signs += 1;
  });
  await send('one');
  await eventually(() => signs > 0 || undefined, { what: 'a sign of life' });
});

test('a topic that does not exist is reported, not created', async (t) => {
  const { topic } = await prepare(t);
  const logger = createLogger({ process: 'test', level: 'silent' });
  const bootstrapServers = servers().KAFKA_BOOTSTRAP_SERVERS.split(',');
  const starting = startConsumer({
    kafka: createKafka({ bootstrapServers, clientId: 'test', logger }),
    groupId: `${topic}.other`,
    topics: [`${topic}.none`],
    onBatch: async () => undefined,
    onAssignment: () => undefined,
    onCrash: () => undefined,
    onAlive: () => undefined,
    onCommits: { onFailing: () => undefined, onResumed: () => undefined },
  });
  await assert.rejects(starting, { code: 'kafka_unknown_topic' });
});

test('who only samples begins at the end each time, and leaves no offsets', async (t) => {
  const { consume, send } = await prepare(t);
  const seen: (string | null)[] = [];
  const onBatch = async (batch: IncomingBatch) => void seen.push(...keysOf(batch));
  const stop = await consume(onBatch, true);
  await send('first');
  await eventually(() => seen.includes('first') || undefined, { what: 'the first message' });
  await stop();
  await send('missed');
  await consume(onBatch, true);
  await send('last');
  await eventually(() => seen.includes('last') || undefined, { what: 'the last message' });
  assert.deepEqual(seen, ['first', 'last']);
});
