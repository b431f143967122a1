// The small HTTP server of a worker: /livez, /readyz, /health and /metrics, for probes and people.
// It is a worker's first component, so that it answers while the others still wait for a server.

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HealthReport, isReady, isWell } from './health.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { registerProblemGauge } from './problem-gauge.ts';
import type { Component } from './run-process.ts';

export interface HealthServerOptions {
  host: string;
  port: number;
  logger: Logger;
  metrics: Metrics;
  report: () => HealthReport;
}

export function createHealthServer(options: HealthServerOptions): Component {
  const logger = options.logger.child({ component: 'health' });
  registerProblemGauge(options.metrics, () => options.report().problems ?? []);
  const server = createServer((request, response) => {
    answer(pathOf(request.url ?? '/'), response, options).catch((error: unknown) => {
      logger.error({ event: 'health.failed', error }, 'a health request failed');
      response.destroy();
    });
  });

  async function listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, options.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  }

  return {
    name: 'health server',
    async start() {
      try {
        await listen(options.port);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') {
          throw error;
        }
        const message = `port ${options.port} is taken; set HEALTH_PORT to choose another`;
        logger.warn({ event: 'health.port_taken', port: options.port }, message);
        await listen(0);
      }
      const { port } = server.address() as AddressInfo;
      logger.info({ event: 'health.listening', port }, `http://${options.host}:${port}/health`);
    },
    async stop() {
      if (server.listening) {
        const closed = new Promise((resolve) => server.close(resolve));
        server.closeAllConnections();
        await closed;
      }
    },
  };
}

/** What is no address at all is no path of ours either; it must not throw. */
function pathOf(target: string): string {
  const base = 'http://localhost';
  return URL.canParse(target, base) ? new URL(target, base).pathname : target;
}

async function answer(
  path: string,
  response: ServerResponse,
  options: HealthServerOptions,
): Promise<void> {
  switch (path) {
    case '/livez':
      return send(response, 200, 'application/json', '{"status":"ok"}');
    case '/readyz': {
      const ready = isReady(options.report());
      return send(response, ready ? 200 : 503, 'application/json', `{"ready":${ready}}`);
    }
    case '/health': {
      const report = options.report();
      const status = isWell(report) ? 'ok' : 'degraded';
      const body = { status, uptime_s: Math.floor(process.uptime()), ...report };
      return send(response, 200, 'application/json', JSON.stringify(body));
    }
    case '/metrics':
      return send(response, 200, options.metrics.contentType, await options.metrics.metrics());
    default:
      return send(response, 404, 'application/json', '{"status":404,"title":"Not Found"}');
  }
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' });
  response.end(body);
}
