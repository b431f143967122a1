// Keeps what could not be understood, with where it came from and why, for people to look at. It
// never holds the flow up: the flush that follows covers whatever the message meant.

import { deadLetterTopic } from '../../contract/topics.ts';
import type { Publisher } from '../../platform/clients/kafka-publisher.ts';
import { describeError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { pause } from '../../platform/retry.ts';
import type { Component } from '../../platform/run-process.ts';
import type { UnreadableMessage } from './plan.ts';

export interface DeadLettersOptions {
  publisher: Publisher;
  logger: Logger;
}

const payloadBytesMax = 10_000;
const triesMax = 3;
const retryDelayMs = 200;

export class DeadLetters implements Component {
  readonly name = 'dead letters';
  readonly #publisher: Publisher;
  readonly #logger: Logger;
  /** Partitions are consumed at the same time; the publisher takes one call at a time. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: DeadLettersOptions) {
    this.#publisher = options.publisher;
    this.#logger = options.logger.child({ component: 'dead-letters' });
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {
    await this.#last;
    await this.#publisher.disconnect();
  }

  /** Never rejects. */
  async setAside(
    source: { topic: string; partition: number },
    letters: readonly UnreadableMessage[],
  ): Promise<void> {
    if (letters.length > 0) {
      this.#last = this.#last.then(() => this.#send(source, letters));
      await this.#last;
    }
  }

  async #send(
    source: { topic: string; partition: number },
    letters: readonly UnreadableMessage[],
  ): Promise<void> {
    const { topic, partition } = source;
    for (const { message, reason } of letters) {
      const fields = { event: 'dead_letters.set_aside', topic, partition, reason };
      this.#logger.error({ ...fields, offset: String(message.offset) }, `set aside: ${reason}`);
    }
    const messages = letters.map(({ message, reason }) => ({
      key: message.key ?? '',
      value: truncate(message.value),
      headers: { reason, topic, partition: String(partition), offset: String(message.offset) },
    }));
    for (let tries = 1; tries <= triesMax; tries += 1) {
      try {
        await this.#publisher.send(deadLetterTopic(topic), messages);
        return;
      } catch (error) {
        const message = `could not keep ${messages.length} messages: ${describeError(error)}`;
        this.#logger.warn({ event: 'dead_letters.failed', tries }, message);
        await pause(retryDelayMs * tries);
      }
    }
  }
}

function truncate(value: Buffer | null): string {
  return value?.subarray(0, payloadBytesMax).toString('utf8') ?? '';
}
