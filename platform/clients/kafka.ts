// Kafka: how every client of it is made. kafkajs is used only in the kafka-*.ts files beside this.
// It retries little here: the callers' own loops decide how long to try, and say so.

import { createConnection, type Socket } from 'node:net';
import { connect as createTlsConnection } from 'node:tls';
import { Kafka, logLevel } from 'kafkajs';
import { describeError, TransientError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { watchAnswers } from './answer-watch.ts';
import { letKafkaRest } from './kafka-idle.ts';

export type KafkaClient = Kafka;

export interface KafkaOptions {
  bootstrapServers: readonly string[];
  clientId: string;
  logger: Logger;
  /** A connection over which nothing is answered for so long is made anew. */
  silenceMaxMs?: number;
}

const requestTimeoutMs = 10_000;

/** How old a client's picture of topics and partitions may get before it asks again. */
export const metadataMaxAgeMs = 5000;

export function createKafka(options: KafkaOptions): KafkaClient {
  letKafkaRest();
  const logger = options.logger.child({ component: 'kafkajs' });
  return new Kafka({
    brokers: [...options.bootstrapServers],
    clientId: options.clientId,
    connectionTimeout: 3000,
    requestTimeout: requestTimeoutMs,
    retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1000 },
    socketFactory: (target) => {
      const socket = createSocket(target);
      watchAnswers(socket, options.silenceMaxMs ?? requestTimeoutMs);
      return socket;
    },
    // kafkajs shouts at every retry; what matters is said once by whoever uses it.
    logLevel: logger.isLevelEnabled('debug') ? logLevel.INFO : logLevel.NOTHING,
    logCreator: () => (entry) => {
      logger.debug({ event: 'kafkajs.log', ...entry.log }, entry.log.message);
    },
  });
}

/** Without Nagle's algorithm: a small message must not wait for the answer to the one before. */
function createSocket(target: {
  host: string;
  port: number;
  ssl?: object;
  onConnect: () => void;
}): Socket {
  const { host, port, ssl, onConnect } = target;
  const socket = ssl
    ? createTlsConnection({ host, port, ...ssl }, onConnect)
    : createConnection({ host, port }, onConnect);
  return socket.setNoDelay(true).setKeepAlive(true, 30_000);
}

/** Whatever Kafka refuses is tried again; told apart is what the caller can do something about. */
export function asKafkaError(error: unknown): unknown {
  if (error instanceof TransientError) {
    return error;
  }
  const code = codes.get(kafkaErrorType(error) ?? '') ?? 'kafka_unreachable';
  return new TransientError(code, `Kafka: ${describeError(error)}`, { cause: error });
}

const codes: ReadonlyMap<string, string> = new Map([
  ['UNKNOWN_TOPIC_OR_PARTITION', 'kafka_unknown_topic'],
  ['MESSAGE_TOO_LARGE', 'kafka_message_too_large'],
]);

function kafkaErrorType(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('type' in cause && typeof cause.type === 'string') {
      return cause.type;
    }
  }
  return undefined;
}
