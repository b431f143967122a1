// The dashboard, where the settings want one: nothing of it runs before somebody watches.

import type { Router } from 'express';
import { readObserveSettings } from '../../observe/settings.ts';
import { describeError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { Component } from '../../platform/run-process.ts';
import type { Environment } from '../../platform/settings.ts';
import type { Database } from '../database.ts';
import type { AdminAccess } from '../auth/admin-access.ts';
import type { Reading } from '../reading.ts';
import type { ApiSettings } from '../settings.ts';
import { OwnFigures } from './own-figures.ts';
import { createOpsRoutes } from './routes.ts';
import { Source } from './source.ts';
import { Watchers } from './watchers.ts';

export interface Ops extends Component {
  /** None: there is nothing at /ops. */
  readonly routes: Router | undefined;
}

export interface OpsOptions {
  settings: ApiSettings;
  environment: Environment;
  database: Database;
  reading: Pick<Reading, 'readResources'>;
  admins: Pick<AdminAccess, 'isAdmin'>;
  metrics: Metrics;
  logger: Logger;
}

export function createOps(options: OpsOptions): Ops {
  const { settings, environment, database, reading, admins, metrics } = options;
  const component = { name: 'ops', start: async () => undefined };
  if (settings.OPS_PAGE === 'off') {
    return { ...component, routes: undefined, stop: async () => undefined };
  }
  const logger = options.logger.child({ component: 'ops' });
  const source = new Source({
    settings: readObserveSettings(environment),
    figures: new OwnFigures(metrics),
    readResources: reading.readResources,
    logger,
  });
  const watchers: Watchers = new Watchers({
    start: () =>
      source.start({
        onState: (state) => watchers.send('state', state),
        onInvalidation: (invalidation) => watchers.send('invalidation', invalidation),
      }),
    onError: (error) => {
      logger.warn({ event: 'ops.failed' }, `nothing to show: ${describeError(error)}`);
    },
  });
  const demo = settings.OPS_PAGE === 'demo';
  const trustsLocal = settings.NODE_ENV !== 'production';
  return {
    ...component,
    routes: createOpsRoutes({ watchers, source, admins, trustsLocal, database, demo }),
    stop: () => watchers.stop(),
  };
}
