// Ours: the real processes, with the settings of an installation rather than of a test.

import { type Pipeline, startPipeline } from '../../test/support/pipeline.ts';
import type { TestScope } from '../../test/support/processes.ts';

const settings = { HEARTBEAT_INTERVAL_MS: '1000', LOG_LEVEL: 'info' };

/** What an API is started with to have it answer from where the arm says. */
export const apiArms = {
  inProcess: {},
  throughRedis: { LOCAL_CACHE_ENTRIES: '0' },
  withoutCache: { ENABLE_CACHE: 'false' },
} as const satisfies Record<string, Record<string, string>>;

export async function startOurPipeline(
  scope: TestScope,
  options: { apis?: number; env?: Record<string, string> } = {},
): Promise<Pipeline> {
  const { apis = 0, env = {} } = options;
  return await startPipeline(scope, { apis, env: { ...settings, ...env } });
}
