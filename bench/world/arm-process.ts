// Starts the processes of the control arms.

import { freePort } from '../../stack/ports.ts';
import { type RunningProcess, startProcess, type TestScope } from '../../test/support/processes.ts';

export interface ArmServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
}

export async function serverOf(process: RunningProcess): Promise<ArmServer> {
  const url = await process.url();
  return { url, port: Number(new URL(url).port), pid: process.pid };
}

/** An HTTP server of bench/arms. */
export async function startArm(
  scope: TestScope,
  main: string,
  env: Record<string, string>,
): Promise<ArmServer> {
  return await serverOf(startProcess(scope, { main, env }));
}

/** A worker of the obvious pipeline, once it runs. */
export async function startObviousWorker(
  scope: TestScope,
  main: string,
  env: Record<string, string>,
): Promise<RunningProcess> {
  const port = String(await freePort());
  const worker = startProcess(scope, { main, env: { ...env, HEALTH_PORT: port } });
  await worker.waitForEvent('listening');
  return worker;
}
