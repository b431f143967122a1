// Sends any number of messages to one topic, in order, within what a broker takes at once.

import type { EncodedMessage } from '../../contract/messages.ts';
import type { Acknowledgement, Publisher } from '../../platform/clients/kafka-publisher.ts';
import { TransientError } from '../../platform/errors.ts';

/** Well below the broker's limit of 1 MB for what one partition may get at once. */
const bytesPerSendMax = 400_000;
/** kafkajs sorts a send's messages into partitions in quadratic time. */
const messagesPerSendMax = 2000;

export interface ChunkedSend {
  publisher: Publisher;
  topic: string;
  messages: readonly EncodedMessage[];
  /** Told of every chunk that was taken. */
  onAcknowledged?: (acknowledged: readonly Acknowledgement[]) => void;
}

/** Rejects at the first chunk that is not taken; those before it are stored. */
export async function sendInChunks(send: ChunkedSend): Promise<void> {
  for (const chunk of chunksOf(send.messages)) {
    await sendChunk({ ...send, messages: chunk });
  }
}

async function sendChunk(send: ChunkedSend): Promise<void> {
  const { publisher, topic, messages } = send;
  try {
    const acknowledged = await publisher.send(topic, messages);
    send.onAcknowledged?.(acknowledged);
  } catch (error) {
    const tooLarge = error instanceof TransientError && error.code === 'kafka_message_too_large';
    if (!tooLarge || messages.length === 1) {
      throw error;
    }
    // This broker takes less than others do; the same send again would never be taken.
    const half = Math.ceil(messages.length / 2);
    await sendChunk({ ...send, messages: messages.slice(0, half) });
    await sendChunk({ ...send, messages: messages.slice(half) });
  }
}

function* chunksOf(messages: readonly EncodedMessage[]): Generator<EncodedMessage[]> {
  let chunk: EncodedMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = JSON.stringify(message).length;
    const full = bytes + size > bytesPerSendMax || chunk.length === messagesPerSendMax;
    if (full && chunk.length > 0) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(message);
    bytes += size;
  }
  if (chunk.length > 0) {
    yield chunk;
  }
}
