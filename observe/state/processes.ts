// What the processes of an installation say of themselves on /health and /metrics.

import { describeError } from '../../platform/errors.ts';
import { parseSamples, type Sample, sumOf } from '../metric-samples.ts';

export interface ProcessState {
  url: string;
  /** api, listener, cleaner or auditor; null when it can not be reached. */
  process: string | null;
  /** ok, degraded, down; or why it can not be reached. */
  status: string;
  reachable: boolean;
  uptime_s: number | null;
  problems: { problem: string; detail: string; fix: string }[];
  /** By resource, of a process that answers reads. */
  reads: Record<string, ReadCounts>;
}

export interface ReadCounts {
  /** From the process's own memory. */
  memory: number;
  hit: number;
  miss: number;
  bypass: number;
  stale: number;
}

const deadlineMs = 2000;

export async function readProcesses(urls: readonly string[]): Promise<ProcessState[]> {
  return await Promise.all(urls.map(readProcess));
}

async function readProcess(url: string): Promise<ProcessState> {
  try {
    const [health, metrics] = await Promise.all([ask(`${url}/health`), ask(`${url}/metrics`)]);
    const body = JSON.parse(health) as Record<string, unknown>;
    const samples = parseSamples(metrics);
    return {
      url,
      process: samples.find(({ labels }) => labels.process !== undefined)?.labels.process ?? null,
      status: String(body.status),
      reachable: true,
      uptime_s: Number(body.uptime_s),
      problems: problemsOf(body.problems),
      reads: readsOf(samples),
    };
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const unknown = { process: null, uptime_s: null, problems: [], reads: {} };
    return { url, ...unknown, status: describeError(cause), reachable: false };
  }
}

async function ask(address: string): Promise<string> {
  const response = await fetch(address, { signal: AbortSignal.timeout(deadlineMs) });
  return await response.text();
}

function problemsOf(listed: unknown): ProcessState['problems'] {
  const known = Array.isArray(listed) ? (listed as Record<string, unknown>[]) : [];
  return known.map(({ problem, detail, fix }) => ({
    problem: String(problem),
    detail: String(detail),
    fix: String(fix),
  }));
}

function readsOf(samples: readonly Sample[]): Record<string, ReadCounts> {
  const reads = samples.filter(({ name }) => name === 'cinesync_reads_total');
  const resources = [...new Set(reads.map(({ labels }) => labels.resource ?? ''))];
  return Object.fromEntries(
    resources.map((resource) => {
      const count = (outcome: string) => sumOf(reads, { resource, outcome });
      const counts = { memory: count('memory'), hit: count('hit'), miss: count('miss') };
      return [resource, { ...counts, bypass: count('bypass'), stale: count('stale') }];
    }),
  );
}
