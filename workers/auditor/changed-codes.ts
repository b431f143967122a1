// Source one: the entries whose rows have just changed, from the topics. Each waits out the bound
// before it is looked at. The last change of many codes is remembered, to say why.

import { parseMessage } from '../../contract/messages.ts';
import { type CachedResource, cachedResources } from '../../contract/resources.ts';
import { updatesTopic } from '../../contract/topics.ts';
import type { IncomingBatch, IncomingMessage } from '../../platform/clients/kafka-consumer.ts';
import { pause } from '../../platform/retry.ts';
import { type Subject, subjectKey } from './subject.ts';
import { WaitingList } from './waiting-list.ts';

export interface LastChange {
  topic: string;
  partition: number;
  offset: string;
  /** ISO 8601; null when the message does not say. */
  committedAt: string | null;
}

export interface ChangedCodesOptions {
  topicNamespace: string;
  boundMs: number;
}

const waitingMax = 500;
const rememberedMax = 10_000;
/** While there is no room, taking in ever more messages would only cost. */
const holdMs = 1000;

export class ChangedCodes {
  readonly #resources: ReadonlyMap<string, CachedResource>;
  readonly #waiting: WaitingList<Subject>;
  /** By entry; the oldest first. */
  readonly #lastChanges = new Map<string, LastChange>();
  readonly #lastFlushes = new Map<string, LastChange>();

  constructor({ topicNamespace, boundMs }: ChangedCodesOptions) {
    this.#waiting = new WaitingList({ waitMs: boundMs, itemsMax: waitingMax });
    this.#resources = new Map(
      cachedResources.map((resource) => [updatesTopic(resource, topicNamespace), resource]),
    );
  }

  get topics(): string[] {
    return [...this.#resources.keys()];
  }

  /** The first that has waited long enough. */
  next(): Subject | undefined {
    return this.#waiting.takeDue(performance.now());
  }

  lastChange(subject: Subject): LastChange | null {
    return this.#lastChanges.get(subjectKey(subject)) ?? null;
  }

  lastFlush(resource: CachedResource): LastChange | null {
    return this.#lastFlushes.get(resource.name) ?? null;
  }

  /** Resolves late while there is no room, so that the consumer fetches no more than it can use. */
  async take({ topic, partition, messages }: IncomingBatch): Promise<void> {
    const resource = this.#resources.get(topic);
    if (resource === undefined) {
      throw new RangeError(`no resource has the topic ${topic}`);
    }
    for (const message of messages) {
      this.#takeOne(resource, message, { topic, partition });
    }
    if (this.#waiting.isFull) {
      await pause(holdMs);
    }
  }

  #takeOne(
    resource: CachedResource,
    message: IncomingMessage,
    where: { topic: string; partition: number },
  ): void {
    const parsed = parseMessage(resource, message);
    // What nobody understands is the cleaner's to set aside.
    if ('unreadable' in parsed || parsed.action === 'heartbeat') {
      return;
    }
    const change = { ...where, offset: String(message.offset), committedAt: committedAt(message) };
    if (parsed.action === 'flush_cache') {
      this.#lastFlushes.set(resource.name, change);
      return;
    }
    const subject = { resource, code: parsed.code };
    this.#remember(subjectKey(subject), change);
    this.#waiting.add(subjectKey(subject), subject, performance.now());
  }

  #remember(key: string, change: LastChange): void {
    this.#lastChanges.delete(key);
    this.#lastChanges.set(key, change);
    const [oldest] = this.#lastChanges.keys();
    if (this.#lastChanges.size > rememberedMax && oldest !== undefined) {
      this.#lastChanges.delete(oldest);
    }
  }
}

function committedAt({ headers }: IncomingMessage): string | null {
  const at = new Date(Number(headers['committed-at'] ?? Number.NaN));
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
