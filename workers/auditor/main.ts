// The auditor process: compares what is cached with the database, and changes nothing. One is
// enough; more of them share the changed rows.

import { Trust } from '../../cache/trust.ts';
import { Duty } from '../../observe/duty.ts';
import { createHealthServer } from '../../platform/health-server.ts';
import { createLogger } from '../../platform/logger.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { runProcess } from '../../platform/run-process.ts';
import { createAudit } from './create-audit.ts';
import { createClients } from './clients.ts';
import { reportAuditor } from './report.ts';
import { readAuditorSettings } from './settings.ts';
import { Tally } from './tally.ts';

await runProcess(() => {
  const settings = readAuditorSettings(process.env);
  const logger = createLogger({ process: 'auditor', level: settings.logLevel });
  const metrics = createMetrics('auditor');
  const tally = new Tally(metrics);

  const clients = createClients({ settings, logger });
  const { database, databaseState, redis } = clients;
  const { topicNamespace, boundMs } = settings;
  const trust = new Trust({ redis, database: databaseState, topicNamespace, boundMs, logger });

  const { auditor, keyspace, source } = createAudit({ settings, clients, trust, tally, logger });

  const { dutyIntervalSeconds: intervalSeconds } = settings;
  const duty = new Duty({ settings, intervalSeconds, metrics, logger });

  const report = () => reportAuditor({ database, redis, source, trust, keyspace, tally, duty });
  const health = createHealthServer({ ...settings.health, logger, metrics, report });
  const sources = source === undefined ? [] : [source];
  return { logger, components: [health, duty, clients.component, trust, auditor, ...sources] };
});
