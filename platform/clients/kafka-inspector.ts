// Looks at a Kafka without changing it: brokers, topics with their settings and replicas, consumer
// groups with their members and offsets. One connection, made anew after a failure.

import { createRequire } from 'node:module';
import type { Admin, AssignerProtocol as Protocol } from 'kafkajs';
import { asKafkaError, type KafkaClient } from './kafka.ts';

// kafkajs is CommonJS, and this is no named export that Node could see.
const { AssignerProtocol } = createRequire(import.meta.url)('kafkajs') as {
  AssignerProtocol: typeof Protocol;
};

export interface TopicView {
  readonly topic: string;
  readonly partitions: readonly PartitionView[];
  readonly settings: Readonly<Record<string, string>>;
}

export interface PartitionView {
  readonly partition: number;
  readonly hasLeader: boolean;
  readonly replicas: number;
  readonly replicasInSync: number;
}

export interface GroupView {
  /** Stable, Empty, Dead, PreparingRebalance, CompletingRebalance. */
  readonly state: string;
  readonly members: readonly GroupMember[];
}

export type CommittedOffsets = ReadonlyMap<string, ReadonlyMap<number, bigint>>;

export interface GroupMember {
  readonly clientId: string;
  readonly host: string;
  readonly partitions: Readonly<Record<string, readonly number[]>>;
}

/** kafkajs names it in an enum that is not there at run time. */
const topicResource = 2;

export class KafkaInspector {
  readonly #kafka: KafkaClient;
  #connecting: Promise<Admin> | undefined;

  constructor(kafka: KafkaClient) {
    this.#kafka = kafka;
  }

  async countBrokers(): Promise<number> {
    return await this.#ask(async (admin) => (await admin.describeCluster()).brokers.length);
  }

  /** Those of the topics that exist. */
  async existing(names: readonly string[]): Promise<string[]> {
    return await this.#ask(async (admin) => {
      const existing = new Set(await admin.listTopics());
      return names.filter((name) => existing.has(name));
    });
  }

  /** Those of the topics that exist, with all that is known of them. */
  async topics(names: readonly string[]): Promise<TopicView[]> {
    const asked = await this.existing(names);
    return await this.#ask(async (admin) => {
      if (asked.length === 0) {
        return [];
      }
      const resources = asked.map((name) => ({ type: topicResource, name }));
      const [metadata, configs] = await Promise.all([
        admin.fetchTopicMetadata({ topics: asked }),
        admin.describeConfigs({ includeSynonyms: false, resources }),
      ]);
      return metadata.topics.map(({ name, partitions }) => ({
        topic: name,
        partitions: partitions
          .map(({ partitionId, leader, replicas, isr }) => ({
            partition: partitionId,
            hasLeader: leader >= 0,
            replicas: replicas.length,
            replicasInSync: isr.length,
          }))
          .toSorted((one, other) => one.partition - other.partition),
        settings: settingsOf(configs.resources, name),
      }));
    });
  }

  /** The first and the next offset of each partition, in order. */
  async offsets(topic: string): Promise<{ first: bigint; next: bigint }[]> {
    return await this.#ask(async (admin) =>
      (await admin.fetchTopicOffsets(topic))
        .toSorted((one, other) => one.partition - other.partition)
        .map(({ low, high }) => ({ first: BigInt(low), next: BigInt(high) })),
    );
  }

  async group(groupId: string): Promise<GroupView> {
    return await this.#ask(async (admin) => {
      const { groups } = await admin.describeGroups([groupId]);
      const [found] = groups;
      const members = (found?.members ?? []).map((member) => ({
        clientId: member.clientId,
        host: member.clientHost.replace(/^\//, ''),
        partitions: AssignerProtocol.MemberAssignment.decode(member.memberAssignment)?.assignment,
      }));
      return {
        state: found?.state ?? 'Dead',
        members: members.map((member) => ({ ...member, partitions: member.partitions ?? {} })),
      };
    });
  }

  /** The offsets that the group has committed, by topic and partition. */
  async committed(groupId: string, topics: readonly string[]): Promise<CommittedOffsets> {
    if (topics.length === 0) {
      return new Map();
    }
    return await this.#ask(async (admin) => {
      const found = await admin.fetchOffsets({ groupId, topics: [...topics] });
      return new Map(
        found.map(({ topic, partitions }) => {
          const known = partitions.filter(({ offset }) => Number(offset) >= 0);
          const offsets = known.map(
            ({ partition, offset }) => [partition, BigInt(offset)] as const,
          );
          return [topic, new Map(offsets)];
        }),
      );
    });
  }

  /** Takes away every message that a topic holds by now. */
  async empty(topic: string): Promise<void> {
    const offsets = await this.offsets(topic);
    const partitions = offsets.map(({ next }, partition) => ({ partition, offset: String(next) }));
    await this.#ask((admin) => admin.deleteTopicRecords({ topic, partitions }));
  }

  async stop(): Promise<void> {
    const connecting = this.#connecting;
    this.#connecting = undefined;
    const admin = await connecting?.catch(() => undefined);
    await admin?.disconnect().catch(() => undefined);
  }

  async #ask<Answer>(question: (admin: Admin) => Promise<Answer>): Promise<Answer> {
    this.#connecting ??= connect(this.#kafka);
    try {
      return await question(await this.#connecting);
    } catch (error) {
      await this.stop();
      throw asKafkaError(error);
    }
  }
}

async function connect(kafka: KafkaClient): Promise<Admin> {
  const admin = kafka.admin({ retry: { retries: 1 } });
  await admin.connect();
  return admin;
}

type DescribedConfigs = Awaited<ReturnType<Admin['describeConfigs']>>['resources'];

function settingsOf(described: DescribedConfigs, name: string): Record<string, string> {
  const found = described.find(({ resourceName }) => resourceName === name);
  const entries = (found?.configEntries ?? []).map((entry) => [
    entry.configName,
    entry.configValue,
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}
