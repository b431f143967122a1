// The obvious listener: LISTEN, and a Kafka message for every notification.

import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { cachedResources } from '../../../contract/resources.ts';
import { elapse } from '../elapse.ts';
import { live, setting } from './live.ts';

live(Number(setting('HEALTH_PORT')));
const kafka = new Kafka({
  brokers: setting('KAFKA_BOOTSTRAP_SERVERS').split(','),
  logLevel: logLevel.NOTHING,
});
const producer = kafka.producer({ allowAutoTopicCreation: false });
await producer.connect();

for (;;) {
  const client = new pg.Client({
    connectionString: setting('DATABASE_URL'),
    connectionTimeoutMillis: 3000,
    keepAlive: true,
  });
  const ended = new Promise<void>((resolve) => {
    client.on('error', () => resolve());
    client.on('end', () => resolve());
  });
  client.on('notification', ({ channel, payload = '' }) => {
    const value = JSON.stringify({ action: 'invalidate_cache', code: payload });
    // Failed sends are tried again by kafkajs a few times.
    void producer.send({ topic: channel, messages: [{ key: payload, value }] }).catch(() => null);
  });
  try {
    await client.connect();
    await client.query(cachedResources.map(({ channel }) => `listen ${channel}`).join('; '));
    await ended;
  } catch {
    // Again, below.
  }
  await elapse(200);
}
