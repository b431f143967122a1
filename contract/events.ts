// What travels on the catalog's event topics. The outbox row holds the value as it is sent, so that
// Debezium's outbox event router makes the same messages from it (ARCHITECTURE, "Events").

import type { EncodedMessage } from './messages.ts';

export const eventTypes = ['created', 'updated', 'published', 'unpublished', 'deleted'] as const;

export type EventType = (typeof eventTypes)[number];

/** Whoever changes a film, and so makes an event, also changes an entry of this resource. */
export const eventResource = 'movie';

export interface CatalogEvent {
  id: string;
  type: EventType;
  /** The film. */
  aggregateId: string;
  /** 1, 2, 3 … per film, over all types. */
  sequence: string;
  /** JSON text. */
  value: string;
}

export function encodeEvent(event: CatalogEvent): EncodedMessage {
  const { id, type, sequence } = event;
  return { key: event.aggregateId, value: event.value, headers: { id, type, sequence } };
}
