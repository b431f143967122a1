// What an auditor says of itself, and waiting for it to say something.

import type { ResourceName } from '../../contract/resources.ts';
import { eventually } from './eventually.ts';
import type { Pipeline } from './pipeline.ts';
import type { RunningProcess } from './processes.ts';

export interface Audit {
  checked: number;
  conclusive: number;
  stale: number;
  stale_share_below: number | null;
  inconclusive: Record<string, number>;
  sweeps: number;
  bypass: string | null;
}

export interface AuditorHealth {
  status: string;
  checks: Record<string, { status: string }>;
  problems: { problem: string; detail: string; fix: string }[];
  samples: string[];
  audit: Record<ResourceName, Audit>;
  last_finding: Record<string, unknown> | null;
}

export async function auditorHealth(auditor: RunningProcess): Promise<AuditorHealth> {
  return (await (await fetch(`${await auditor.url()}/health`)).json()) as AuditorHealth;
}

/** The first answer of which this is true. */
export async function waitForAudit(
  auditor: RunningProcess,
  what: string,
  holds: (health: AuditorHealth) => boolean,
): Promise<AuditorHealth> {
  return await eventually(
    async () => {
      const health = await auditorHealth(auditor);
      return holds(health) ? health : undefined;
    },
    { what: `the auditor: ${what}`, timeoutMs: 90_000 },
  );
}

/** What an API could have stored before a change whose DEL was lost. */
export async function plantOldEntry(pipeline: Pipeline, code: string): Promise<void> {
  const old = `[{"name":"Planted","population":1}]`;
  await pipeline.redis.command('SET', `cities_${code}`, old, 'PX', '300000');
}
