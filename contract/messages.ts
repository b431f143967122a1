// What travels on a resource's topic. The value of an invalidation is fixed byte for byte: other
// programs send and read it too. What only we need travels in the headers.

import type { CachedResource } from './resources.ts';

export interface Heartbeat {
  /** Everything committed before this has been published; database clock, ms since the epoch. */
  atMs: number;
  /** How many partitions the topic has, as the publisher knows it. */
  partitionCount: number;
  incarnation: string;
  /** Capture is not what it should be: the resource must be read from Postgres. */
  bypass: boolean;
}

export type Message =
  | { action: 'invalidate_cache'; code: string }
  | { action: 'flush_cache' }
  | { action: 'heartbeat'; heartbeat: Heartbeat };

export interface EncodedMessage {
  key: string;
  value: string;
  headers: Record<string, string>;
  /** Where to, when not by the key. */
  partition?: number;
}

/** Stands where a code would: the message is about the whole resource. */
export const everyCode = '*';

/** Identifies one message over replays, and says when its change was made. */
export interface Origin {
  id: string;
  committedAtMs: number;
  /** The trace that the change belongs to. */
  traceparent?: string | undefined;
}

export function encodeInvalidation(code: string, origin: Origin): EncodedMessage {
  return encode('invalidate_cache', code, headersOf(origin));
}

/** On partition 0 alone: freshness is the minimum over all partitions. */
export function encodeFlush(origin: Origin): EncodedMessage {
  return { ...encode('flush_cache', everyCode, headersOf(origin)), partition: 0 };
}

function headersOf({ id, committedAtMs, traceparent }: Origin): Record<string, string> {
  const headers = { id, 'committed-at': String(committedAtMs) };
  return traceparent === undefined ? headers : { ...headers, traceparent };
}

export function encodeHeartbeat(heartbeat: Heartbeat): EncodedMessage {
  return encode('heartbeat', everyCode, {
    at: String(heartbeat.atMs),
    partitions: String(heartbeat.partitionCount),
    incarnation: heartbeat.incarnation,
    bypass: heartbeat.bypass ? '1' : '0',
  });
}

function encode(
  action: Message['action'],
  code: string,
  headers: Record<string, string>,
): EncodedMessage {
  return {
    key: code,
    value: `{"action":"${action}","code":${JSON.stringify(code)}}`,
    headers: { type: action, ...headers },
  };
}

export interface ReceivedMessage {
  value: Buffer | null;
  headers: Readonly<Record<string, string>>;
}

/** Understands a message, or says in one sentence why it can not be. */
export function parseMessage(
  resource: CachedResource,
  received: ReceivedMessage,
): Message | { unreadable: string } {
  const body = parseBody(received.value);
  if (body === null) {
    return { unreadable: 'the value is not a JSON object with an action and a code' };
  }
  switch (body.action) {
    case 'invalidate_cache': {
      const canonical = resource.canonicalCode(body.code);
      return canonical === null
        ? { unreadable: `not a code of ${resource.name}` }
        : { action: 'invalidate_cache', code: canonical };
    }
    case 'flush_cache':
      return { action: 'flush_cache' };
    case 'heartbeat':
      return parseHeartbeat(received.headers);
    default:
      return { unreadable: 'an action that this version does not know' };
  }
}

function parseBody(value: Buffer | null): { action: string; code: string } | null {
  try {
    const parsed: unknown = JSON.parse(value?.toString('utf8') ?? '');
    if (typeof parsed !== 'object' || parsed === null) {
      return null;
    }
    const { action, code } = parsed as Record<string, unknown>;
    return typeof action === 'string' && typeof code === 'string' ? { action, code } : null;
  } catch {
    return null;
  }
}

function parseHeartbeat(
  headers: Readonly<Record<string, string>>,
): ReturnType<typeof parseMessage> {
  const atMs = Number(headers.at);
  const partitionCount = Number(headers.partitions);
  const { incarnation, bypass } = headers;
  const complete =
    Number.isSafeInteger(atMs) &&
    Number.isSafeInteger(partitionCount) &&
    partitionCount > 0 &&
    incarnation !== undefined &&
    (bypass === '0' || bypass === '1');
  if (!complete) {
    return { unreadable: 'a heartbeat without at, partitions, incarnation and bypass' };
  }
  const heartbeat = { atMs, partitionCount, incarnation, bypass: bypass === '1' };
  return { action: 'heartbeat', heartbeat };
}
