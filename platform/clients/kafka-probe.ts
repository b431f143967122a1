// Asks Kafka whether it is there, over one connection that is kept. A failure drops the connection;
// the next question makes a new one.

import type { Admin } from 'kafkajs';
import { asKafkaError, type KafkaClient } from './kafka.ts';

export class KafkaProbe {
  readonly #kafka: KafkaClient;
  #connecting: Promise<Admin> | undefined;

  constructor(kafka: KafkaClient) {
    this.#kafka = kafka;
  }

  /** How many brokers the cluster says it has. */
  async countBrokers(): Promise<number> {
    this.#connecting ??= connect(this.#kafka);
    try {
      const admin = await this.#connecting;
      const { brokers } = await admin.describeCluster();
      return brokers.length;
    } catch (error) {
      await this.stop();
      throw asKafkaError(error);
    }
  }

  async stop(): Promise<void> {
    const connecting = this.#connecting;
    this.#connecting = undefined;
    const admin = await connecting?.catch(() => undefined);
    await admin?.disconnect().catch(() => undefined);
  }
}

async function connect(kafka: KafkaClient): Promise<Admin> {
  // The next question is the retry.
  const admin = kafka.admin({ retry: { retries: 0 } });
  await admin.connect();
  return admin;
}
