// The API's listening socket. What can not even be parsed as a request is answered here, with a
// problem document; stopping lets running requests finish and closes connections as they fall idle.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type Server, type ServerOptions, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';
import { CineSyncError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Component } from '../platform/run-process.ts';
import { createAppServer } from './create-app-server.ts';
import type { EntryLane } from './entry-lane.ts';
import { Problem, problemContentType, problemText } from './problem.ts';

export interface HttpServerOptions {
  app: Express;
  /** What it has answered does not reach the application. */
  lane?: EntryLane;
  host: string;
  port: number;
  logger: Logger;
}

const serverOptions: ServerOptions = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5000,
  // Longer than the usual idle time-out of a load balancer, which must be the one to close.
  keepAliveTimeout: 65_000,
  // Checked by the application, whose answer is a problem document.
  requireHostHeader: false,
};
const idleSweepIntervalMs = 50;
/** Below the deadline of the whole process. */
const closeDeadlineMs = 5000;

export function createHttpServer(options: HttpServerOptions): Component {
  const { app, lane, host, port } = options;
  const logger = options.logger.child({ component: 'http' });
  const server = createAppServer(app, serverOptions, lane);
  // Node would refuse what it does not know with an empty 417; an expectation may be ignored.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  answerUnreadableRequests(server, logger);
  return {
    name: 'HTTP server',
    async start() {
      await listen(server, host, port);
      const { port: realPort } = server.address() as AddressInfo;
      const urlHost = host.includes(':') ? `[${host}]` : host;
      const url = `http://${urlHost}:${realPort}`;
      logger.info({ event: 'http.listening', port: realPort, url }, `listening on ${url}`);
    },
    async stop() {
      if (server.listening) {
        await close(server);
      }
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') {
      throw error;
    }
    const what = code === 'EACCES' ? 'may not be used by this user' : 'is taken';
    const message = `port ${port} of ${host} ${what}; choose another: PORT=${port + 1}`;
    throw new CineSyncError('port_unusable', message, { cause: error });
  }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  // Without the sweep a connection that carried the last answer stays until its time-out.
  const sweep = setInterval(() => server.closeIdleConnections(), idleSweepIntervalMs);
  const deadline = setTimeout(() => server.closeAllConnections(), closeDeadlineMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
}

function answerUnreadableRequests(server: Server, logger: Logger): void {
  const latestResponses = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request, response) => latestResponses.set(request.socket, response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const latest = latestResponses.get(socket);
    const isMidAnswer = latest !== undefined && latest.headersSent && !latest.writableFinished;
    if (error.code === 'ECONNRESET' || !socket.writable || isMidAnswer) {
      socket.destroy();
      return;
    }
    const problem = toReadProblem(error.code ?? '');
    const requestId = randomUUID();
    const { status } = problem;
    logger.info(
      { event: 'http.unreadable', status, reason: error.code, request_id: requestId },
      `a request could not be read: ${status}`,
    );
    socket.end(rawAnswer(problem, requestId), () => socket.destroy());
  });
}

function toReadProblem(errorCode: string): Problem {
  switch (errorCode) {
    case 'HPE_HEADER_OVERFLOW': {
      const limit = `${Math.floor((serverOptions.maxHeaderSize ?? 0) / 1024)} KiB`;
      return new Problem(431, `The address and the headers are longer than ${limit}.`);
    }
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Problem(413, 'The chunk extensions of the body are too long.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem(408, 'The request did not arrive in time.');
    default:
      return new Problem(400, 'This is not a request in HTTP.');
  }
}

function rawAnswer(problem: Problem, requestId: string): string {
  const body = problemText(problem, { requestId });
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `content-type: ${problemContentType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'x-content-type-options: nosniff',
    'cache-control: no-store',
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
