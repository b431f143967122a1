// What the figures were measured on: enough to judge them by, nothing that names whose it is.

import { cpus, release, totalmem, type } from 'node:os';

export interface Machine {
  readonly processors: string;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  readonly servers: readonly string[];
}

export function describeMachine(servers: readonly string[]): Machine {
  const all = cpus();
  return {
    processors: `${all.length} × ${all[0]?.model.trim() ?? 'unknown'}`,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release().split('-')[0]}`,
    node: process.versions.node,
    servers,
  };
}
