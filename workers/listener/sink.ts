// Where the listener's messages go: to Kafka, or, where there is none, straight into the cache.

import type { EncodedMessage, Heartbeat } from '../../contract/messages.ts';
import type { CachedResource } from '../../contract/resources.ts';

export interface ResourceHeartbeat extends Omit<Heartbeat, 'partitionCount'> {
  resource: CachedResource;
}

/** One call at a time; every method rejects with TransientError until all of it is accepted. */
export interface Sink {
  /** The server that accepts, for people. */
  readonly server: 'Kafka' | 'Redis';
  /** What it had accepted before may be gone, and who goes on behind it may not notice. */
  readonly lostMessages: boolean;
  /** From now on heartbeats tell of it. */
  forgetLoss(): void;
  /** Makes what is missing at the other end. */
  prepare(): Promise<void>;
  /** A new lead begins: what an earlier one noted is not continued. */
  beginLead(): void;
  publish(resource: CachedResource, messages: readonly EncodedMessage[]): Promise<void>;
  publishFlush(resource: CachedResource): Promise<void>;
  /** One for each resource, together. */
  publishHeartbeats(heartbeats: readonly ResourceHeartbeat[]): Promise<void>;
  stop(): Promise<void>;
}
