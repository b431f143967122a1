// The servers of a test run: of its own, on free ports, with data that goes with the run.

import { clearData } from '../instance-data.ts';
import { startLocalServers } from '../local-servers.ts';
import type { Progress } from '../progress.ts';
import { buildMinio } from '../servers/build-minio.ts';
import type { Session } from '../session.ts';
import { endStragglers } from './stragglers.ts';

export interface TestServersOptions {
  readonly session: Session;
  readonly progress: Progress;
  say(text: string): void;
}

/** Each running at once takes its own. */
export const testInstances = Array.from({ length: 8 }, (_, index) => `test-${index + 1}`);

/** The environment of a test: ours, with the addresses of the servers. */
export async function startTestServers(options: TestServersOptions): Promise<NodeJS.ProcessEnv> {
  const { session, progress, say } = options;
  const { places, onEnd } = session;
  clearData(places);
  onEnd(() => clearData(places));
  const { env } = process;
  if (isCi(env) && env.S3_ENDPOINT === undefined) await realObjectStore(options);
  const servers = await startLocalServers({ places, env, progress, ports: 'any', say });
  onEnd(async () => {
    endStragglers(servers.running.map(({ port }) => port));
    await servers.stop();
  });
  return testEnvironment(servers.env);
}

async function realObjectStore({ session, progress }: TestServersOptions): Promise<void> {
  const step = progress.step('MinIO');
  await buildMinio({ places: session.places, report: (text) => step.report(text) });
  step.succeed('is there');
}

export function testEnvironment(addresses: Record<string, string>): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, ...outer } = process.env;
  const colors = process.stdout.isTTY && !outer.NO_COLOR ? { FORCE_COLOR: '1' } : {};
  return { ...outer, ...addresses, ...colors };
}

export function isCi(env: NodeJS.ProcessEnv): boolean {
  return env.CI !== undefined && env.CI !== '' && env.CI !== 'false';
}
