// Which codes a statement sends to a topic, and with certainty which it does not.

import { type TopicWatch, watchTopic } from './kafka.ts';
import type { Pipeline } from './pipeline.ts';
import type { TestScope } from './processes.ts';

export interface CodeWatch {
  readonly topic: TopicWatch;
  /**
   * The distinct codes of the messages after the index that stem from what is committed by now.
   * A code may come twice: once for the row, once for the notification that rang for it.
   */
  codesSince(index: number): Promise<string[]>;
  /** Runs the statement; the codes of all that it sent. */
  codesOf(sql: string): Promise<string[]>;
}

export async function watchCodes(
  scope: TestScope,
  pipeline: Pipeline,
  topicName: string,
): Promise<CodeWatch> {
  const topic = await watchTopic(scope, pipeline.topic(topicName));
  async function codesSince(index: number): Promise<string[]> {
    await topic.waitForHeartbeat(await pipeline.databaseNowMs());
    const codes = topic.messages.slice(index).map((message) => message.key);
    return [...new Set(codes)].toSorted();
  }
  // What starting up sent must not be taken for a statement's.
  await codesSince(0);
  return {
    topic,
    codesSince,
    codesOf: async (sql) => {
      const index = topic.messages.length;
      await pipeline.sql(sql);
      return await codesSince(index);
    },
  };
}
