// Asks the servers that the API uses whether they are there: at every health request, at most once
// a second each, and in the background, so that an outage and its end are logged without anybody
// asking. A check never waits longer than its deadline.

import { describeError } from '../../platform/errors.ts';
import type { HealthCheck, HealthProblem } from '../../platform/health.ts';
import type { Logger } from '../../platform/logger.ts';
import { pause } from '../../platform/retry.ts';
import type { Component } from '../../platform/run-process.ts';

export interface ServerProbe {
  /** As /health names it. */
  name: string;
  /** No request can be answered as it should be while this server is away. */
  neededForReadiness: boolean;
  /** Details for people; rejects when the server can not be used. */
  ask: () => Promise<Record<string, unknown>>;
  /** What to call such a failure, and what to type. */
  explain: (error: unknown) => HealthProblem;
}

export interface ServerChecksOptions {
  probes: readonly ServerProbe[];
  logger: Logger;
}

const deadlineMs = 450;
const rememberedMs = 1000;
const backgroundIntervalMs = 2000;

export class ServerChecks implements Component {
  readonly name = 'server checks';
  readonly #servers: readonly CheckedServer[];
  readonly #stopping = new AbortController();
  #background: Promise<void> | undefined;

  constructor({ probes, logger }: ServerChecksOptions) {
    const child = logger.child({ component: 'health' });
    this.#servers = probes.map((probe) => new CheckedServer(probe, child));
  }

  async start(): Promise<void> {
    this.#background = this.#checkInBackground(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#background;
  }

  async checkAll(): Promise<Record<string, HealthCheck>> {
    return await checkEach(this.#servers);
  }

  async isReady(): Promise<boolean> {
    const needed = this.#servers.filter(({ probe }) => probe.neededForReadiness);
    const checks = Object.values(await checkEach(needed));
    return checks.every(({ status }) => status === 'up');
  }

  /** Begins after a while, so that the clients can connect first. */
  async #checkInBackground(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(backgroundIntervalMs, signal);
      await this.checkAll();
    }
  }
}

async function checkEach(servers: readonly CheckedServer[]) {
  const checks = servers.map(async (server) => [server.probe.name, await server.check()] as const);
  return Object.fromEntries(await Promise.all(checks));
}

class CheckedServer {
  readonly probe: ServerProbe;
  readonly #logger: Logger;
  #asking: Promise<Record<string, unknown>> | undefined;
  #latest: { check: Promise<HealthCheck>; startedMs: number } | undefined;
  #downSince: string | null = null;

  constructor(probe: ServerProbe, logger: Logger) {
    this.probe = probe;
    this.#logger = logger;
  }

  async check(): Promise<HealthCheck> {
    const nowMs = performance.now();
    if (this.#latest === undefined || nowMs - this.#latest.startedMs > rememberedMs) {
      this.#latest = { check: this.#check(nowMs), startedMs: nowMs };
    }
    return await this.#latest.check;
  }

  async #check(startedMs: number): Promise<HealthCheck> {
    try {
      const details = await withinDeadline(this.#ask());
      this.#noteUp();
      return { status: 'up', latency_ms: elapsedMs(startedMs), ...details };
    } catch (error) {
      const reason = describeError(error);
      const since = this.#noteDown(reason);
      const { problem, fix } = this.probe.explain(error);
      const latencyMs = elapsedMs(startedMs);
      return { status: 'down', latency_ms: latencyMs, error: reason, since, problem, fix };
    }
  }

  /** A question that outlived its check is waited for, not asked a second time beside it. */
  async #ask(): Promise<Record<string, unknown>> {
    this.#asking ??= this.probe.ask().finally(() => {
      this.#asking = undefined;
    });
    return await this.#asking;
  }

  #noteUp(): void {
    if (this.#downSince !== null) {
      this.#downSince = null;
      const { name } = this.probe;
      this.#logger.info({ event: 'server.back', server: name }, `${name} answers again`);
    }
  }

  #noteDown(reason: string): string {
    if (this.#downSince === null) {
      this.#downSince = new Date().toISOString();
      const { name } = this.probe;
      const message = `${name} is away: ${reason}; trying until it answers`;
      this.#logger.warn({ event: 'server.away', server: name }, message);
    }
    return this.#downSince;
  }
}

function elapsedMs(startedMs: number): number {
  return Math.round((performance.now() - startedMs) * 10) / 10;
}

async function withinDeadline<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
