// Tests start processes of their own and end them. When a test run is cut off they are left behind,
// retrying against servers that are gone. They are known by three things: they were detached, they
// run one of our programs, and a server of this run is in their environment. Linux only.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { signalProcess } from '../child.ts';

const programs = new Set([basename(process.execPath), 'java', 'minio', 'redis-server']);

/** Their process ids. */
export function endStragglers(ports: readonly number[]): number[] {
  const addresses = ports.map((port) => new RegExp(`127\\.0\\.0\\.1:${port}(?!\\d)`));
  const stragglers = processIds().filter((pid) => {
    const environment = isDetachedProgram(pid) ? read(`/proc/${pid}/environ`) : '';
    return addresses.some((address) => address.test(environment));
  });
  for (const pid of stragglers) signalProcess(-pid, 'SIGKILL');
  return stragglers;
}

function processIds(): number[] {
  if (process.platform !== 'linux') return [];
  const ids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return ids.filter((pid) => pid !== process.pid);
}

/** A detached process leads its own session. */
function isDetachedProgram(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  const [, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(session) === pid && programs.has(programOf(pid));
}

function programOf(pid: number): string {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return '';
  }
}

/** Empty for a process of somebody else, or one that has just ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
