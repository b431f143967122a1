// The API process: HTTP in, answers from the cache or from Postgres, images from the object store.
// It serves at once, whichever server is away, and says so in /health, /readyz and its log.

import { createLogger } from '../platform/logger.ts';
import { runProcess } from '../platform/run-process.ts';
import { createApi } from './create-api.ts';
import { ApiProcesses, isOneOfSeveral } from './processes.ts';
import { readApiSettings } from './settings.ts';

await runProcess(() => {
  const environment = process.env;
  const settings = readApiSettings(environment);
  const logger = createLogger({ process: 'api', level: settings.LOG_LEVEL });
  const count = settings.API_PROCESSES;
  return count === 1 || isOneOfSeveral()
    ? createApi({ settings, environment, logger })
    : { logger, components: [new ApiProcesses({ count, logger })] };
});
