// Does to the topics and the consumer group of a pipeline what operators, retention and accidents
// do to them.

import type { Admin, Producer } from 'kafkajs';
import { eventually } from './eventually.ts';
import { connectKafka } from './kafka.ts';
import type { TestScope } from './processes.ts';

export class TopicAdmin {
  readonly #admin: Admin;
  readonly #producer: Producer;

  constructor(admin: Admin, producer: Producer) {
    this.#admin = admin;
    this.#producer = producer;
  }

  /** The next offset of each partition, by partition number. */
  async endOffsets(topic: string): Promise<number[]> {
    const partitions = await this.#admin.fetchTopicOffsets(topic);
    return partitions.toSorted((a, b) => a.partition - b.partition).map(({ high }) => Number(high));
  }

  /** Sends messages that change nothing until every partition has reached its offset. */
  async growTo(topic: string, offsets: readonly number[]): Promise<void> {
    for (const [partition, offset] of offsets.entries()) {
      for (;;) {
        const missing = offset - ((await this.endOffsets(topic))[partition] ?? 0);
        if (missing <= 0) {
          break;
        }
        const messages = Array.from({ length: Math.min(missing, 2000) }, () => {
          return { ...filler, partition };
        });
        await this.#producer.send({ topic, messages });
      }
    }
  }

  async delete(topic: string): Promise<void> {
    await this.#admin.deleteTopics({ topics: [topic] });
  }

  /** Deletes it and makes it again, before anybody else does. */
  async makeAnew(topic: string, partitionCount: number): Promise<void> {
    await this.delete(topic);
    await this.#admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic, numPartitions: partitionCount }],
    });
  }

  async addPartitions(topic: string, count: number): Promise<void> {
    await this.#admin.createPartitions({ topicPartitions: [{ topic, count }] });
  }

  /** As when their retention has passed: everything before the present end is gone. */
  async deleteRecords(topic: string): Promise<void> {
    const partitions = (await this.endOffsets(topic)).map((end, partition) => {
      return { partition, offset: String(end) };
    });
    await this.#admin.deleteTopicRecords({ topic, partitions });
  }

  async configure(topic: string, name: string, value: string): Promise<void> {
    const configEntries = [{ name, value }];
    const resources = [{ type: topicResource, name: topic, configEntries }];
    await this.#admin.alterConfigs({ validateOnly: false, resources });
  }

  /** The committed offset of each partition, -1 where there is none; the group may be running. */
  async committedOffsets(groupId: string, topic: string): Promise<number[]> {
    const [found] = await this.#admin.fetchOffsets({ groupId, topics: [topic] });
    return (found?.partitions ?? [])
      .toSorted((a, b) => a.partition - b.partition)
      .map(({ offset }) => Number(offset));
  }

  /** The group must have no members. */
  async commitOffsets(groupId: string, topic: string, offsets: readonly number[]): Promise<void> {
    const partitions = offsets.map((offset, partition) => ({ partition, offset: String(offset) }));
    await this.#admin.setOffsets({ groupId, topic, partitions });
    // kafkajs joins the group for it; nobody else could while it has not left.
    await eventually(
      async () => {
        const { groups } = await this.#admin.describeGroups([groupId]);
        return groups.every(({ state }) => state === 'Empty') || undefined;
      },
      { what: `the group ${groupId} to be empty`, timeoutMs: 60_000 },
    );
  }

  async deleteGroup(groupId: string): Promise<void> {
    // Its last member is only just gone.
    await eventually(() => this.#admin.deleteGroups([groupId]), {
      what: `the group ${groupId} to be deleted`,
      timeoutMs: 30_000,
    });
  }
}

const filler = { key: 'ZZZ', value: '{"action":"invalidate_cache","code":"ZZZ"}' };
/** kafkajs names it in an enum that is not there at run time. */
const topicResource = 2;

export async function connectTopicAdmin(
  scope: TestScope,
  bootstrapServers?: string,
): Promise<TopicAdmin> {
  const kafka = connectKafka(bootstrapServers);
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  scope.after(async () => {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  });
  return new TopicAdmin(admin, producer);
}
