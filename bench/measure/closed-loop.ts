// A closed-loop load on one address: so many connections, each asking again as soon as it was
// answered. Gives what the server did in that time, and what it cost.

import autocannon from 'autocannon';
import { processCpuMs } from './processor-time.ts';

export interface ClosedLoopOptions {
  readonly url: string;
  /** Asked for in turn by every connection. */
  readonly paths: readonly string[];
  readonly connections: number;
  readonly forMs: number;
  /** The server's process: its processor time is what the load costs. */
  readonly pid: number;
}

export interface ClosedLoopReading {
  readonly requestsPerSecond: number;
  /** User and system time of the server's process, all its threads. */
  readonly cpuMicrosPerRequest: number;
  /** What one processor alone could answer: it does not depend on who else had the other one. */
  readonly requestsPerCpuSecond: number;
}

/** Until the compiler of the asked process has seen what it will see. */
export async function warmUp(
  { url, paths, connections }: Pick<ClosedLoopOptions, 'connections' | 'paths' | 'url'>,
  requests: number,
): Promise<void> {
  const all = paths.map((path) => ({ path }));
  await autocannon({ url, requests: all, connections, amount: requests, sampleInt: sampleMs });
}

const timeoutSeconds = 5;
/** autocannon looks at the clock this often. */
const sampleMs = 100;

/** @throws when any answer is not a 200. */
export async function runClosedLoop(options: ClosedLoopOptions): Promise<ClosedLoopReading> {
  const { url, paths, connections, forMs, pid } = options;
  const cpuBeforeMs = await processCpuMs(pid);
  const duration = forMs / 1000;
  const requests = paths.map((path) => ({ path }));
  const load = { url, requests, connections, duration, timeout: timeoutSeconds };
  const beganMs = performance.now();
  const result = await autocannon({ ...load, sampleInt: sampleMs });
  const seconds = (performance.now() - beganMs) / 1000;
  const cpuMs = (await processCpuMs(pid)) - cpuBeforeMs;
  const { '2xx': answers, non2xx, errors } = result;
  if (non2xx > 0 || errors > 0 || answers === 0) {
    throw new Error(`${url}: ${answers} answers, ${non2xx} were refusals, ${errors} errors`);
  }
  return {
    requestsPerSecond: answers / seconds,
    cpuMicrosPerRequest: (cpuMs * 1000) / answers,
    requestsPerCpuSecond: (answers * 1000) / cpuMs,
  };
}
