// The cleaners' consumer group is never at rest: strangers join and leave, and hold partitions
// meanwhile without applying anything.

import { Kafka, logLevel } from 'kafkajs';
import { cachedResources } from '../../../contract/resources.ts';
import { elapse } from '../elapse.ts';
import { type Fault, proveThat, type Stage } from './fault.ts';

/** CLEANER_GROUP of the tested processes, by its default; the control arm's. */
const groups = { tested: 'cinesync-cleaner', control: 'cleaner' };
const topics = cachedResources.map(({ topic }) => topic);
const visitors = 3;
const joinWithinMs = 15_000;

export const groupFaults: readonly Fault[] = [
  {
    kind: 'rebalance storm',
    weight: 1,
    durationMs: [1000, 5000],
    fits: ({ servers }) => servers.brokers.length > 0,
    befall: (stage, { durationMs }) =>
      stage.alone('group', async () => {
        let joins = 0;
        const onJoin = (): void => {
          joins += 1;
        };
        const untilMs = performance.now() + 2 * joinWithinMs;
        for (let visitor = 0; visitor < visitors; visitor += 1) {
          if (performance.now() < untilMs) await joinFor(stage, durationMs / visitors, onJoin);
        }
        proveThat(joins > 0, 'nobody could join');
        return { target: 'cleaners', proof: `${joins} times joined by a stranger` };
      }),
  },
];

async function joinFor({ world }: Stage, stayMs: number, onJoin: () => void): Promise<void> {
  const { servers, pipeline } = world;
  const kafka = new Kafka({
    brokers: [...servers.bootstrapServers],
    logLevel: logLevel.NOTHING,
  });
  const groupId = pipeline.positionsPerTopic === null ? groups.control : groups.tested;
  // One that is sent away while kafkajs is about to start it anew would stay for ever.
  const retry = { retries: 5, restartOnFailure: async () => false };
  const consumer = kafka.consumer({ groupId, sessionTimeout: 10_000, retry });
  const joined = new Promise<void>((resolve) => {
    consumer.on('consumer.group_join', () => resolve(onJoin()));
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics });
    // Takes batches and leaves them as they are: nothing is resolved, nothing committed.
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: () => elapse(100),
    });
    // The group waits for members that died until their session is over.
    await Promise.race([joined, elapse(joinWithinMs)]);
    await elapse(stayMs);
  } catch {
    // Kafka is away: whether anybody joined has been counted.
  } finally {
    await consumer.disconnect().catch(() => undefined);
  }
}
