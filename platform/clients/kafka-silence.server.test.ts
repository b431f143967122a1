// Half-open connections to Kafka: the broker is there, the network has forgotten the connection.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Kafka, logLevel } from 'kafkajs';
import { freePort } from '../../stack/ports.ts';
import { kafkaBehind } from '../../stack/servers/kafka.ts';
import { eventually } from '../../test/support/eventually.ts';
import { startOwnServer } from '../../test/support/own-server.ts';
import { suiteScope } from '../../test/support/scope.ts';
import { TcpProxy } from '../../test/support/tcp-proxy.ts';
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
    const port = await freePort();
    proxy = new TcpProxy(`kafka://127.0.0.1:${port}`);
    await proxy.open();
    scope.after(() => proxy.cut());
    const forwarded = new URL(proxy.through('http://127.0.0.1:1')).host;
    const advertisedPort = Number(forwarded.split(':')[1]);
    const own = await startOwnServer(scope, kafkaBehind([{ port, advertisedPort }]));
    direct = own.env.KAFKA_BOOTSTRAP_SERVERS ?? '';
    kafka = createKafka({
      bootstrapServers: [forwarded],
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
