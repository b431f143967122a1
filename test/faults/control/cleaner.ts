// The obvious cleaner: a DEL for every message.

import { createClient } from '@redis/client';
import { Kafka, logLevel } from 'kafkajs';
import { cachedResources } from '../../../contract/resources.ts';
import { live, setting } from './live.ts';

live(Number(setting('HEALTH_PORT')));
const redis = createClient({ url: setting('REDIS_URL'), pingInterval: 1000 });
redis.on('error', () => undefined);
await redis.connect();
const kafka = new Kafka({
  brokers: setting('KAFKA_BOOTSTRAP_SERVERS').split(','),
  logLevel: logLevel.NOTHING,
});
const consumer = kafka.consumer({ groupId: 'cleaner', maxWaitTimeInMs: 250 });
consumer.on('consumer.crash', ({ payload }) => {
  if (!payload.restart) process.exit(1);
});
await consumer.connect();
await consumer.subscribe({ topics: cachedResources.map(({ topic }) => topic) });
await consumer.run({
  eachMessage: async ({ topic, message }) => {
    const resource = cachedResources.find((candidate) => candidate.topic === topic);
    await redis.del(`${resource?.keyPrefix}${message.key?.toString()}`);
  },
});
