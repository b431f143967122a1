// One API process that answers: its clients, readers, routes and server.

import type { Logger } from '../platform/logger.ts';
import { createMetrics } from '../platform/metrics.ts';
import type { ProcessParts } from '../platform/run-process.ts';
import type { Environment } from '../platform/settings.ts';
import { Tracing } from '../platform/tracing.ts';
import { createAccessLog } from './access-log.ts';
import { adminAccessOf } from './auth/create-admin-access.ts';
import { createClients } from './clients.ts';
import { createApp } from './create-app.ts';
import { createDocs } from './docs/routes.ts';
import { createEndpoints } from './endpoints.ts';
import { createEntryLane } from './entry-lane.ts';
import { ServerChecks } from './health/server-checks.ts';
import { createHttpServer } from './http-server.ts';
import { createOps } from './ops/create-ops.ts';
import { workerLabel } from './process-metrics.ts';
import { createReading } from './reading.ts';
import { dataProtection, securityHeaders } from './security-headers.ts';
import type { ApiSettings } from './settings.ts';
import { traceRequests } from './traced.ts';

export interface ApiOptions {
  settings: ApiSettings;
  environment: Environment;
  logger: Logger;
}

export function createApi({ settings, environment, logger }: ApiOptions): ProcessParts {
  const metrics = createMetrics('api', workerLabel());
  const tracing = new Tracing({ process: 'api', endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT });

  const clients = createClients({ settings, logger });
  const { databaseState, reconnect } = clients;
  const reading = createReading({ settings, logger, metrics, databaseState, reconnect });

  const probes = [...clients.probes, ...reading.probes];
  const checks = new ServerChecks({ probes, logger });

  const admins = adminAccessOf({ settings, redis: reading.redis, logger });
  const observing = { environment, settings, logger, metrics };
  const endpoints = createEndpoints({ ...observing, tracing, clients, reading, checks, admins });
  const ops = createOps({ ...observing, database: clients.database, reading, admins });
  const shared = {
    endpoints,
    accessLog: createAccessLog({ logger, metrics }),
    securityHeaders: securityHeaders(dataProtection),
  };
  const pages = { docs: createDocs(), ops: ops.routes };
  const app = createApp({ ...shared, ...pages, traceRequests: traceRequests(tracing) });
  // Traces begin in the application: where they are wanted, every request goes the long way.
  const lane = createEntryLane(tracing.isOn ? { ...shared, endpoints: [] } : shared);
  const server = createHttpServer({ app, lane, host: settings.HOST, port: settings.PORT, logger });

  const { components } = reading;
  return { logger, components: [tracing, clients.component, ...components, checks, ops, server] };
}
