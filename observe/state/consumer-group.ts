// The cleaners' consumer group: who is in it, which partitions each has, and how many messages of
// each topic it has not yet confirmed.

import { cachedResources } from '../../contract/resources.ts';
import { updatesTopic } from '../../contract/topics.ts';
import type { KafkaInspector } from '../../platform/clients/kafka-inspector.ts';
import type { FlowSettings } from '../settings.ts';

export interface GroupState {
  group: string;
  state: string;
  members: { client: string; host: string; partitions: number }[];
  /** By topic; heartbeats count as messages. */
  messages_behind: Record<string, number>;
}

export async function readConsumerGroup(
  inspector: KafkaInspector,
  settings: Pick<FlowSettings, 'cleanerGroup' | 'topicNamespace'>,
): Promise<GroupState> {
  const { cleanerGroup: group, topicNamespace } = settings;
  const view = await inspector.group(group);
  const wanted = cachedResources.map((resource) => updatesTopic(resource, topicNamespace));
  const topics = await inspector.existing(wanted);
  const committed = await inspector.committed(group, topics);
  const behind: Record<string, number> = {};
  for (const topic of topics) {
    behind[topic] = messagesBehind(await inspector.offsets(topic), committed.get(topic));
  }
  return {
    group,
    state: view.state,
    members: view.members.map(({ clientId, host, partitions }) => ({
      client: clientId,
      host,
      partitions: Object.values(partitions).flat().length,
    })),
    messages_behind: behind,
  };
}

function messagesBehind(
  offsets: readonly { first: bigint; next: bigint }[],
  committed: ReadonlyMap<number, bigint> | undefined,
): number {
  const behind = offsets.map(({ first, next }, partition) =>
    Number(next - (committed?.get(partition) ?? first)),
  );
  return behind.reduce((sum, count) => sum + Math.max(0, count), 0);
}
