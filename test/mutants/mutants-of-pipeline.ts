// What travels over Kafka, and the cleaner at its end.

import type { Mutant } from './mutant.ts';

const publisher = 'platform/clients/kafka-publisher.ts';
const publisherTest = 'platform/clients/kafka-publisher.server.test.ts';
const cleaner = 'workers/cleaner/cleaner.ts';
const cleanerTest = 'workers/cleaner/cleaner.test.ts';
const plan = 'workers/cleaner/plan.ts';
const planTest = 'workers/cleaner/plan.test.ts';

export const pipelineMutants: readonly Mutant[] = [
  {
    name: 'what the driver drops in silence counts as sent',
    file: publisher,
    find: `if (missing.size > 0 || acknowledged.length === 0) {`,
    replace: `if (missing.size < 0) {`,
    caughtBy: {
      test: publisherTest,
      title: 'a send that the driver drops in silence, all or in part, has not happened',
    },
  },
  {
    name: 'a connection to Kafka that fell silent is used for ever',
    file: 'platform/clients/answer-watch.ts',
    find: `if (silentMs > silenceMaxMs) {`,
    replace: `if (silentMs < 0) {`,
    caughtBy: {
      test: 'platform/clients/answer-watch.test.ts',
      title: 'a connection that has not answered for so long is given up',
    },
  },
  {
    name: 'a heartbeat goes to one partition only',
    file: publisher,
    find: `Array.from({ length: count }, (_, partition) => ({ `,
    replace: `Array.from({ length: 1 }, (_, partition) => ({ `,
    caughtBy: {
      test: publisherTest,
      title: 'a heartbeat reaches every partition, also those that are added meanwhile',
    },
  },
  {
    name: 'keys go to other partitions than those of Kafka’s own clients',
    file: 'contract/partition.ts',
    find: `const seed = 0x9747b28c;`,
    replace: `const seed = 0x9747b28d;`,
    caughtBy: { test: 'contract/partition.test.ts', title: 'keys hash as in the Java client' },
  },
  {
    name: 'offsets are committed before the batch is applied',
    file: 'platform/clients/kafka-consumer.ts',
    find: `await options.onBatch(toIncomingBatch(payload));`,
    replace: `options.onBatch(toIncomingBatch(payload)).catch(() => undefined);`,
    caughtBy: {
      test: 'platform/clients/kafka-consumer.server.test.ts',
      title: 'a batch that was refused is handed out again, and nothing behind it before',
    },
  },
  {
    name: 'a DEL that failed is passed over',
    file: cleaner,
    find: `        // Rejects once somebody else has the partition, which ends the retries.`,
    replace: `        this.#stopping.abort();`,
    caughtBy: {
      test: cleanerTest,
      title: 'a Redis that refuses blocks the batch, with signs of life, until it accepts',
    },
  },
  {
    name: 'a batch is applied though the partition is somebody else’s',
    file: cleaner,
    find: `        await keepAlive();`,
    replace: `        await keepAlive().catch(() => undefined);`,
    caughtBy: {
      test: cleanerTest,
      title: 'a batch whose partition is somebody else’s now is given up, not applied',
    },
  },
  {
    name: 'what can not be read is skipped',
    file: plan,
    find: `      unreadable.push({ message, reason: parsed.unreadable });
      flushes = true;`,
    replace: `      unreadable.push({ message, reason: parsed.unreadable });`,
    caughtBy: {
      test: planTest,
      title: 'what can not be read is set aside with its reason, and everything must go',
    },
  },
  {
    name: 'a batch ends before its last message',
    file: plan,
    find: `next: String(last.offset + 1n),`,
    replace: `next: String(last.offset),`,
    caughtBy: {
      test: planTest,
      title: 'a batch goes from its first offset to one past its last, whatever lies between',
    },
  },
  {
    name: 'a batch begins where the last one ended, whatever was missed',
    file: plan,
    find: `continues: String(first.offset),`,
    replace: `continues: '0',`,
    caughtBy: {
      test: planTest,
      title: 'a batch goes from its first offset to one past its last, whatever lies between',
    },
  },
  {
    name: 'a flush that was asked for is forgotten',
    file: plan,
    find: `    } else if (parsed.action === 'flush_cache') {
      flushes = true;`,
    replace: `    } else if (parsed.action === 'flush_cache') {
      flushes ||= false;`,
    auditedAfter: 'the end of every row',
    caughtBy: { test: planTest, title: 'a flush is asked for beside the entries that are named' },
  },
];
