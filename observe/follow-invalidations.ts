// Every invalidation as it passes, with the time that each hop took: from the writer's statement to
// Kafka, and from there to the acknowledged DEL. For people and pictures; it slows nobody down.

import { readPositions } from '../cache/position.ts';
import { cachedResources } from '../contract/resources.ts';
import { updatesTopic } from '../contract/topics.ts';
import { type FollowedMessage, followTopics } from '../platform/clients/kafka-follower.ts';
import { pause } from '../platform/retry.ts';
import type { Observer } from './observer.ts';

export interface Invalidation {
  at: string;
  resource: string;
  /** invalidate_cache or flush_cache; of a message that nobody understands what it says. */
  action: string;
  code: string;
  topic: string;
  partition: number;
  offset: string;
  /** From the writer's statement until it was sent to Kafka; null where that is not known. */
  published_ms: number | null;
  /** From there until its DEL was acknowledged; null when that was not seen in time. */
  applied_ms: number | null;
}

export interface FollowInvalidationsOptions {
  observer: Observer & { readonly kafka: NonNullable<Observer['kafka']> };
  /** Names; all when absent. */
  resources?: readonly string[];
  onInvalidation: (invalidation: Invalidation) => void;
}

const pollMs = 5;
const waitAtBrokerMs = 1000;
const applyWaitMaxMs = 10_000;

interface Unsettled {
  readonly message: FollowedMessage;
  readonly giveUpAtMs: number;
}

/** Messages whose DEL was not seen yet. While there are none, nobody looks. */
class Pending {
  #entries: Unsettled[] = [];
  readonly #signal: AbortSignal;
  #wake: () => void = () => undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  add(entry: Unsettled): void {
    this.#entries.push(entry);
    this.#wake();
  }

  take(): Unsettled[] {
    return this.#entries.splice(0);
  }

  /** Resolves as soon as there is one, or when the signal aborts. */
  async some(): Promise<void> {
    while (this.#entries.length === 0 && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** Resolves once it follows; with what ends it. */
export async function followInvalidations(
  options: FollowInvalidationsOptions,
): Promise<() => Promise<void>> {
  const { observer, resources, onInvalidation } = options;
  const { topicNamespace } = observer.settings;
  const resourceOf = new Map(
    cachedResources
      .filter(({ name }) => resources === undefined || resources.includes(name))
      .map((resource) => [updatesTopic(resource, topicNamespace), resource.name]),
  );
  const stopping = new AbortController();
  const pending = new Pending(stopping.signal);
  const stopFollowing = await followTopics({
    kafka: observer.kafka.client,
    topics: [...resourceOf.keys()],
    waitMs: waitAtBrokerMs,
    onMessage: (message) => {
      if (message.headers.type !== 'heartbeat') {
        pending.add({ message, giveUpAtMs: performance.now() + applyWaitMaxMs });
      }
    },
  });
  const watching = watchPositions(observer, pending, stopping.signal, (message, appliedAtMs) =>
    onInvalidation(describe(message, resourceOf.get(message.topic) ?? '', appliedAtMs)),
  );
  return async () => {
    stopping.abort();
    await Promise.all([watching, stopFollowing()]);
  };
}

/** The position of a partition is past a message once its DEL was acknowledged. */
async function watchPositions(
  { redis }: Observer,
  pending: Pending,
  signal: AbortSignal,
  onSettled: (message: FollowedMessage, appliedAtMs: number | null) => void,
): Promise<void> {
  while (!signal.aborted) {
    await pending.some();
    const positions = await readPositions((...parts) => redis.command(...parts)).catch(() => null);
    const nowMs = Date.now();
    for (const entry of pending.take()) {
      const { topic, partition, offset } = entry.message;
      const next = positions?.get(topic)?.get(partition)?.next;
      if (isPast(next, offset)) {
        onSettled(entry.message, nowMs);
      } else if (performance.now() > entry.giveUpAtMs) {
        onSettled(entry.message, null);
      } else {
        pending.add(entry);
      }
    }
    await pause(pollMs, signal);
  }
}

function isPast(next: string | undefined, offset: bigint): boolean {
  return next !== undefined && /^\d+$/.test(next) && BigInt(next) > offset;
}

function describe(
  message: FollowedMessage,
  resource: string,
  appliedAtMs: number | null,
): Invalidation {
  const { topic, partition, offset, sentAtMs, key, headers } = message;
  const committedAtMs = Number(headers['committed-at'] ?? Number.NaN);
  return {
    at: new Date(sentAtMs).toISOString(),
    resource,
    action: headers.type ?? 'invalidate_cache',
    code: key,
    topic,
    partition,
    offset: String(offset),
    published_ms: Number.isFinite(committedAtMs) ? Math.max(0, sentAtMs - committedAtMs) : null,
    applied_ms: appliedAtMs === null ? null : Math.max(0, appliedAtMs - sentAtMs),
  };
}
