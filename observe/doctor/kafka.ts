// Kafka as the pipeline needs it: every topic with its partitions and settings, brokers that accept
// a message that all replicas in sync have, and no message that nobody understood.

import { cachedResources } from '../../contract/resources.ts';
import {
  type TopicDefinition,
  topicDefinitions,
  updatesTopic,
  deadLetterTopic,
} from '../../contract/topics.ts';
import type { KafkaInspector, TopicView } from '../../platform/clients/kafka-inspector.ts';
import { describeError } from '../../platform/errors.ts';
import { type Check, type Finding, ill, well } from './finding.ts';

export const checkKafka: Check = async ({ kafka, settings }) => {
  if (kafka === undefined) {
    return [well('kafka', 'not used (ENABLE_KAFKA=false)')];
  }
  const { inspector } = kafka;
  const brokers = await countBrokers(inspector, settings.bootstrapServers);
  if (typeof brokers !== 'number') {
    return [brokers];
  }
  const definitions = topicDefinitions(settings.topicNamespace);
  const topics = await inspector.topics(definitions.map(({ topic }) => topic));
  const faults = definitions.flatMap((definition) =>
    judgeTopic(
      definition,
      topics.find(({ topic }) => topic === definition.topic),
    ),
  );
  const asMade = well('kafka topics', `${definitions.length} topics, as migrate makes them`);
  return [
    well('kafka', `${brokers} broker${brokers === 1 ? '' : 's'}`),
    ...(faults.length === 0 ? [asMade] : faults),
    ...(await checkDeadLetters(inspector, topics, settings.topicNamespace)),
  ];
};

async function countBrokers(
  inspector: KafkaInspector,
  servers: readonly string[],
): Promise<number | Finding> {
  try {
    return await inspector.countBrokers();
  } catch (error) {
    const detail = `KAFKA_BOOTSTRAP_SERVERS ${servers.join(', ')}: ${describeError(error)}`;
    return ill('kafka', 'kafka-unreachable', detail);
  }
}

function judgeTopic(wanted: TopicDefinition, found: TopicView | undefined): Finding[] {
  const check = 'kafka topics';
  const { topic, partitionCount, config } = wanted;
  if (found === undefined) {
    return [ill(check, 'topic-missing', `there is no topic ${topic}`)];
  }
  const count = found.partitions.length;
  const refusing = found.partitions.filter((partition) => !takesMessages(partition, found));
  const differing = Object.entries({ 'cleanup.policy': 'delete', ...config }).filter(
    ([name, value]) => found.settings[name] !== value,
  );
  return [
    ...(count === partitionCount
      ? []
      : [ill(check, 'topic-partitions', `${topic} has ${count}, migrate makes ${partitionCount}`)]),
    ...refusing.map(({ partition, replicasInSync, hasLeader }) =>
      ill(
        check,
        'kafka-refuses',
        hasLeader
          ? `${topic}, partition ${partition}: ${replicasInSync} replicas in sync, ` +
              `min.insync.replicas is ${found.settings['min.insync.replicas']}`
          : `${topic}, partition ${partition}: no broker leads it`,
        hasLeader ? setTopic(topic, 'min.insync.replicas', '1') : undefined,
      ),
    ),
    ...differing.map(([name, value]) =>
      ill(
        check,
        'topic-settings',
        `${topic}: ${name} is ${found.settings[name] ?? 'not set'}, should be ${value}`,
        setTopic(topic, name, value),
      ),
    ),
  ];
}

/** More replicas than there are at all a broker does not ask for. */
function takesMessages(partition: TopicView['partitions'][number], { settings }: TopicView) {
  const { hasLeader, replicas, replicasInSync } = partition;
  const least = Math.min(Number(settings['min.insync.replicas'] ?? 1), replicas);
  return hasLeader && replicasInSync >= least;
}

function setTopic(topic: string, name: string, value: string): string {
  const where = '--bootstrap-server localhost:9092 --entity-type topics';
  return `kafka-configs.sh ${where} --entity-name ${topic} --alter --add-config ${name}=${value}`;
}

async function checkDeadLetters(
  inspector: KafkaInspector,
  topics: readonly TopicView[],
  namespace: string,
): Promise<Finding[]> {
  const check = 'kafka dead letters';
  const findings: Finding[] = [];
  for (const resource of cachedResources) {
    const topic = deadLetterTopic(updatesTopic(resource, namespace));
    if (topics.some((found) => found.topic === topic)) {
      const offsets = await inspector.offsets(topic);
      const count = offsets.reduce((sum, { first, next }) => sum + Number(next - first), 0);
      const fix = `npx cinesync dead-letters ${resource.name}; then with --clear`;
      findings.push(
        ...(count === 0 ? [] : [ill(check, 'dead-letters', `${topic} holds ${count}`, fix)]),
      );
    }
  }
  return findings.length === 0 ? [well(check, 'none')] : findings;
}
