import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { eventually } from '../../test/support/eventually.ts';
import { connectKafka, createTopicNamespace, watchTopic } from '../../test/support/kafka.ts';
import { servers } from '../../test/support/servers.ts';
import { reverseScope } from '../../test/support/scope.ts';
import { createLogger } from '../logger.ts';
import { createKafka } from './kafka.ts';
import { type OutgoingMessage, Publisher } from './kafka-publisher.ts';

/** A publisher, and a topic of that many partitions (none: no topic). */
async function prepare(t: TestContext, partitionCount: number) {
  const scope = reverseScope(t);
  const topic = `${createTopicNamespace(scope)}topic`;
  const admin = connectKafka().admin();
  await admin.connect();
  scope.after(() => admin.disconnect());
  const create = (numPartitions: number) => {
    return admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions }] });
  };
  if (partitionCount > 0) {
    await create(partitionCount);
  }
  const logger = createLogger({ process: 'test', level: 'silent' });
  const bootstrapServers = servers().KAFKA_BOOTSTRAP_SERVERS.split(',');
  const kafka = createKafka({ bootstrapServers, clientId: 'test', logger });
  // The first letter says where to: 'a' to 0, 'b' to 1 and so on, over and over.
  const partitionOf = (key: string, count: number) => (key.charCodeAt(0) - 97) % count;
  const publisher = new Publisher({ kafka, partitionOf });
  scope.after(() => publisher.disconnect());
  return { scope, topic, admin, create, publisher };
}

function message(key: string, partition?: number): OutgoingMessage {
  const sent = { key, value: `value of ${key}`, headers: { id: `id of ${key}` } };
  return partition === undefined ? sent : { ...sent, partition };
}

/** Says in its value how many partitions the publisher knew of. */
const counting = (partitionCount: number): OutgoingMessage => {
  return { key: '*', value: String(partitionCount), headers: {} };
};

test('every message arrives whole, where its key or its own partition says', async (t) => {
  const { scope, topic, publisher } = await prepare(t, 3);
  const watch = await watchTopic(scope, topic);
  const sent = [message('a'), message('b'), message('c'), message('d'), message('a', 2)];
  const acknowledged = await publisher.send(topic, sent);
  assert.deepEqual(new Set(acknowledged.map(({ partition }) => partition)), new Set([0, 1, 2]));
  assert.ok(acknowledged.every(({ baseOffset }) => baseOffset === 0n));
  await eventually(() => watch.messages.length === sent.length || undefined, { what: 'all' });
  const seen = watch.messages.map(({ key, value, headers, partition }) => {
    return `${key} ${partition} ${value} ${headers.id}`;
  });
  assert.deepEqual(seen.toSorted(), [
    'a 0 value of a id of a',
    'a 2 value of a id of a',
    'b 1 value of b id of b',
    'c 2 value of c id of c',
    'd 0 value of d id of d',
  ]);
});

test('an acknowledgement names the first offset of what was sent', async (t) => {
  const { topic, publisher } = await prepare(t, 1);
  await publisher.send(topic, [message('a'), message('b')]);
  const [second] = await publisher.send(topic, [message('c')]);
  assert.deepEqual(second, { topic, partition: 0, baseOffset: 2n });
});

test('a send that the driver drops in silence, all or in part, has not happened', async (t) => {
  const { topic, publisher } = await prepare(t, 1);
  const dropped = { code: 'kafka_incomplete_send', message: /partition 2$/ };
  await assert.rejects(publisher.send(topic, [message('a', 2)]), dropped);
  await assert.rejects(publisher.send(topic, [message('a', 0), message('b', 2)]), dropped);
  const [next] = await publisher.send(topic, [message('c')]);
  assert.ok((next?.baseOffset ?? 0n) >= 1n, 'what was acknowledged before had been stored');
});

test('a heartbeat reaches every partition, also those that are added meanwhile', async (t) => {
  const { scope, topic, admin, publisher } = await prepare(t, 1);
  const watch = await watchTopic(scope, topic);
  assert.equal((await publisher.sendToEveryPartition([{ topic, messageFor: counting }])).length, 1);
  await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
  const acknowledged = await eventually(
    async () => {
      const all = await publisher.sendToEveryPartition([{ topic, messageFor: counting }]);
      return all.length === 3 ? all : undefined;
    },
    { what: 'the publisher to know of the new partitions', timeoutMs: 30_000 },
  );
  assert.deepEqual(new Set(acknowledged.map(({ partition }) => partition)), new Set([0, 1, 2]));
  const keyed = await publisher.send(topic, [message('b')]);
  assert.equal(keyed[0]?.partition, 1, 'keys are spread over the new number, too');
  const announced = await watch.waitFor('the new count', ({ value }) => value === '3');
  const before = watch.messages.slice(0, watch.messages.indexOf(announced));
  assert.ok(before.every(({ value, partition }) => value === '1' && partition === 0));
});

test('a heartbeat announces the smaller number after a topic was made anew', async (t) => {
  const { topic, admin, create, publisher } = await prepare(t, 3);
  assert.equal((await publisher.sendToEveryPartition([{ topic, messageFor: counting }])).length, 3);
  await admin.deleteTopics({ topics: [topic] });
  await eventually(() => create(1), { what: 'the topic to be made anew' });
  await eventually(
    async () => {
      const all = await publisher.sendToEveryPartition([{ topic, messageFor: counting }]);
      return all.length === 1 || undefined;
    },
    { what: 'the publisher to know of it', timeoutMs: 30_000 },
  );
});

test('a topic that is not there is told apart, and used once it is', async (t) => {
  const { topic, create, publisher } = await prepare(t, 0);
  const unknown = { code: 'kafka_unknown_topic' };
  await assert.rejects(publisher.send(topic, [message('a')]), unknown);
  await assert.rejects(publisher.sendToEveryPartition([{ topic, messageFor: counting }]), unknown);
  await create(1);
  const stored = await eventually(() => publisher.send(topic, [message('a')]), { what: 'a send' });
  assert.equal(stored[0]?.baseOffset, 0n);
});

test('a publisher that was disconnected connects again for the next send', async (t) => {
  const { topic, publisher } = await prepare(t, 1);
  await publisher.send(topic, [message('a')]);
  await publisher.disconnect();
  await publisher.disconnect();
  const [next] = await publisher.send(topic, [message('b')]);
  assert.ok((next?.baseOffset ?? 0n) >= 1n, 'after the first, which a slow broker may hold twice');
});
