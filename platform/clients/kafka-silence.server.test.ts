// Half-open connections to Kafka: the broker is there, the network has forgotten the connection.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Kafka, logLevel } from 'kafkajs';
import { eventually } from '../../test/support/eventually.ts';
import { startForwardedKafka } from '../../test/support/forwarded-kafka.ts';
import { suiteScope } from '../../test/support/scope.ts';
import type { TcpProxy } from '../../test/support/tcp-proxy.ts';
import { createLogger } from '../logger.ts';
import { createKafka, type KafkaClient } from './kafka.ts';
import { startConsumer } from './kafka-consumer.ts';
import { Publisher } from './kafka-publisher.ts';

const topic = 'topic';
const message = (key: string) => ({ key, value: '{}', headers: {} });

describe('a connection to Kafka that fell silent for ever is made anew', () => {
  const scope = suiteScope();
  let proxy: TcpProxy;
  let kafka: KafkaClient;
  let direct: string;

  before(async () => {
    const own = await startForwardedKafka(scope);
    ({ proxy, direct } = own);
    kafka = createKafka({
      bootstrapServers: [own.forwarded],
      clientId: 'test',
      logger: createLogger({ process: 'test', level: 'silent' }),
      silenceMaxMs: 1500,
    });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1 }] });
    await admin.disconnect();
  });

  function fallSilentForEver(): void {
    proxy.silence();
    proxy.forget();
  }

  test('by who publishes', async () => {
    const publisher = new Publisher({ kafka, partitionOf: () => 0 });
    scope.after(() => publisher.disconnect());
    await publisher.send(topic, [message('before')]);
    fallSilentForEver();
    const send = () => publisher.send(topic, [message('after')]).catch(() => undefined);
    const acknowledged = await eventually(send, { what: 'a send', timeoutMs: 90_000 });
    assert.equal(acknowledged.length, 1);
  });

  test('by who consumes', async () => {
    const seen: (string | null)[] = [];
    const stop = await startConsumer({
      kafka,
      groupId: 'group',
      topics: [topic],
      onBatch: async ({ messages }) => void seen.push(...messages.map(({ key }) => key)),
      onAssignment: () => undefined,
      onCrash: () => undefined,
      onAlive: () => undefined,
      onCommits: { onFailing: () => undefined, onResumed: () => undefined },
    });
    scope.after(stop);
    const producer = new Kafka({ brokers: [direct], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    scope.after(() => producer.disconnect());
    const sendUntilSeen = async (key: string): Promise<void> => {
      const send = () => producer.send({ topic, messages: [message(key)] });
      const isSeen = () => seen.includes(key) || undefined;
      await eventually(() => send().then(isSeen), { what: key, timeoutMs: 90_000 });
    };
    await sendUntilSeen('before');
    fallSilentForEver();
    await sendUntilSeen('after');
  });
});
