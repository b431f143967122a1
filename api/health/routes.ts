// /health for people, /livez and /readyz for probes, /metrics for Prometheus.

import type { HealthCheck } from '../../platform/health.ts';
import type { Metrics } from '../../platform/metrics.ts';
import { registerProblemGauge } from '../../platform/problem-gauge.ts';
import { defineEndpoint, type Endpoint, jsonResponse, sendJson } from '../endpoint.ts';
import { createMetricsText } from '../process-metrics.ts';
import { diagnose } from './diagnose.ts';
import {
  type Health,
  healthSchema,
  livezSchema,
  type ResourceHealth,
  readyzSchema,
} from './schemas.ts';
import type { ServerChecks } from './server-checks.ts';

export interface HealthEndpointsOptions {
  checks: Pick<ServerChecks, 'checkAll' | 'isReady'>;
  readResources: () => Record<string, ResourceHealth>;
  metrics: Metrics;
}

const tag = 'operations';

export function healthEndpoints(options: HealthEndpointsOptions): Endpoint[] {
  const { checks, readResources, metrics } = options;
  registerProblemGauge(metrics, async () => diagnose(await checks.checkAll(), readResources()));
  return [
    healthEndpoint(options),
    defineEndpoint({
      path: '/livez',
      tag,
      summary: 'The process runs',
      responses: { 200: jsonResponse('Always, once it listens', livezSchema) },
      handle: ({ response }) => sendJson(response, '{"status":"ok"}'),
    }),
    defineEndpoint({
      path: '/readyz',
      tag,
      summary: 'The servers that reads need are there',
      responses: {
        200: jsonResponse('Ready', readyzSchema),
        503: jsonResponse('Not ready', readyzSchema),
      },
      handle: async ({ response }) => {
        const ready = await options.checks.isReady();
        sendJson(response, JSON.stringify({ ready }), ready ? 200 : 503);
      },
    }),
    metricsEndpoint(options.metrics),
  ];
}

function healthEndpoint({ checks, readResources }: HealthEndpointsOptions): Endpoint {
  return defineEndpoint({
    path: '/health',
    tag,
    summary: 'Every server the API uses, and how far the cache lags behind',
    responses: {
      200: jsonResponse('Reads are served', healthSchema),
      503: jsonResponse('Reads can not be served', healthSchema),
    },
    handle: async ({ response }) => {
      const servers = await checks.checkAll();
      const resources = readResources();
      const status = overallStatus(servers);
      const uptimeSeconds = Math.floor(process.uptime());
      const problems = diagnose(servers, resources);
      const body = { status, uptime_s: uptimeSeconds, checks: servers, resources, problems };
      sendJson(response, JSON.stringify(body), status === 'down' ? 503 : 200);
    },
  });
}

function overallStatus(checks: Record<string, HealthCheck>): Health['status'] {
  if (checks.postgres?.status !== 'up') {
    return 'down';
  }
  return Object.values(checks).every(({ status }) => status === 'up') ? 'ok' : 'degraded';
}

function metricsEndpoint(metrics: Metrics): Endpoint {
  const readAll = createMetricsText(metrics);
  return defineEndpoint({
    path: '/metrics',
    tag,
    summary: 'What Prometheus collects',
    responses: {
      200: { description: 'Metrics', content: { 'text/plain': { schema: { type: 'string' } } } },
    },
    handle: async ({ response }) => {
      const text = await readAll();
      response.setHeader('content-type', metrics.contentType);
      response.setHeader('cache-control', 'no-store');
      response.end(text);
    },
  });
}
