// The topics that an installation needs; those that exist stay as they are.

import { type EventTopics, eventTopicDefinitions, topicDefinitions } from '../contract/topics.ts';
import { createKafka } from '../platform/clients/kafka.ts';
import { createMissingTopics } from '../platform/clients/kafka-topics.ts';
import { createLogger } from '../platform/logger.ts';

export interface CreateTopicsOptions {
  bootstrapServers: readonly string[];
  topicNamespace: string;
  events: EventTopics;
  report: (line: string) => void;
}

/** @throws TransientError while Kafka can not be reached. */
export async function createTopics(options: CreateTopicsOptions): Promise<void> {
  const kafka = createKafka({
    bootstrapServers: options.bootstrapServers,
    clientId: 'cinesync-migrate',
    logger: createLogger({ process: 'migrate', level: 'warn' }),
  });
  const created = await createMissingTopics(kafka, [
    ...topicDefinitions(options.topicNamespace),
    ...eventTopicDefinitions(options.events),
  ]);
  for (const topic of created) {
    options.report(`created the topic ${topic}`);
  }
}
