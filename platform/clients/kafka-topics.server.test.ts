import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { eventually } from '../../test/support/eventually.ts';
import { connectKafka, createTopicNamespace } from '../../test/support/kafka.ts';
import { servers } from '../../test/support/servers.ts';
import { TransientError } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { createKafka } from './kafka.ts';
import { KafkaProbe } from './kafka-probe.ts';
import { createMissingTopics, readPartitionCounts, replicationOf } from './kafka-topics.ts';

function prepare(t: TestContext, bootstrapServers = servers().KAFKA_BOOTSTRAP_SERVERS.split(',')) {
  const logger = createLogger({ process: 'test', level: 'silent' });
  const kafka = createKafka({ bootstrapServers, clientId: 'test', logger });
  return { kafka, namespace: createTopicNamespace(t) };
}

function specify(namespace: string) {
  return [
    { topic: `${namespace}one`, partitionCount: 3, config: { 'retention.ms': '3600000' } },
    { topic: `${namespace}two`, partitionCount: 1, config: {} },
  ];
}

async function readRetention(topic: string): Promise<string | undefined> {
  const admin = connectKafka().admin();
  await admin.connect();
  try {
    const described = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: topic }],
    });
    const entries = described.resources[0]?.configEntries ?? [];
    return entries.find(({ configName }) => configName === 'retention.ms')?.configValue;
  } finally {
    await admin.disconnect();
  }
}

test('missing topics are created as specified, and named; those that exist are left', async (t) => {
  const { kafka, namespace } = prepare(t);
  const [one, two] = specify(namespace);
  assert.ok(one && two);
  assert.deepEqual(await createMissingTopics(kafka, [one]), [one.topic]);
  assert.deepEqual(await createMissingTopics(kafka, [{ ...one, partitionCount: 7 }, two]), [
    two.topic,
  ]);
  assert.deepEqual(await createMissingTopics(kafka, [one, two]), []);
  assert.deepEqual(
    await readPartitionCounts(kafka, [one.topic, two.topic]),
    new Map([
      [one.topic, 3],
      [two.topic, 1],
    ]),
  );
  assert.equal(await readRetention(one.topic), '3600000');
});

test('what is acknowledged outlives a broker wherever there are three', () => {
  const replications = [1, 2, 3, 9].map((brokers) => {
    const { factor, config } = replicationOf(brokers);
    return [factor, config['min.insync.replicas']];
  });
  assert.deepEqual(replications, [
    [1, '1'],
    [2, '1'],
    [3, '2'],
    [3, '2'],
  ]);
});

test('several processes may create the topics at the same time', async (t) => {
  const { kafka, namespace } = prepare(t);
  const specifications = specify(namespace);
  const together = Array.from({ length: 5 }, () => createMissingTopics(kafka, specifications));
  await Promise.all(together);
  const topics = specifications.map(({ topic }) => topic);
  const counts = await readPartitionCounts(kafka, topics);
  assert.deepEqual(
    topics.map((topic) => counts.get(topic)),
    [3, 1],
  );
});

test('a topic that does not exist has no count, and asking does not create it', async (t) => {
  const { kafka, namespace } = prepare(t);
  for (let time = 0; time < 2; time += 1) {
    assert.deepEqual(await readPartitionCounts(kafka, [`${namespace}none`]), new Map());
  }
});

test('the count is asked afresh every time', async (t) => {
  const { kafka, namespace } = prepare(t);
  const topic = `${namespace}one`;
  await createMissingTopics(kafka, [{ topic, partitionCount: 1, config: {} }]);
  assert.equal((await readPartitionCounts(kafka, [topic])).get(topic), 1);
  const admin = connectKafka().admin();
  await admin.connect();
  t.after(() => admin.disconnect());
  await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
  await eventually(
    async () => (await readPartitionCounts(kafka, [topic])).get(topic) === 3 || undefined,
    { what: 'the new count' },
  );
});

test('a Kafka that is away is tried again by the caller', async (t) => {
  const { kafka } = prepare(t, ['127.0.0.1:1']);
  const isTransient = (error: unknown) => {
    return error instanceof TransientError && error.code === 'kafka_unreachable';
  };
  await assert.rejects(createMissingTopics(kafka, specify('none.')), isTransient);
  await assert.rejects(new KafkaProbe(kafka).countBrokers(), isTransient);
});

test('a probe counts the brokers, also after it was stopped', async (t) => {
  const probe = new KafkaProbe(prepare(t).kafka);
  t.after(() => probe.stop());
  assert.ok((await probe.countBrokers()) >= 1);
  await probe.stop();
  assert.ok((await probe.countBrokers()) >= 1);
});
