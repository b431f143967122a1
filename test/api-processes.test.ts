// Several API processes on one port.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventually } from './support/eventually.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import type { RunningProcess } from './support/processes.ts';
import { suiteScope } from './support/scope.ts';

describe('API_PROCESSES=2', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let api: RunningProcess;
  let url: string;

  before(async () => {
    const env = { API_PROCESSES: '2' };
    pipeline = await startPipeline(scope, { listeners: 0, cleaners: 0, env });
    api = pipeline.apis[0] as RunningProcess;
    url = await api.url();
    await pipeline.sql(`insert into city values (1, 'Dobric', 'BGR', 111001)`);
  });

  /** The pids of those that serve, oldest first. */
  function pids(): number[] {
    return api.logs
      .filter(({ event }) => event === 'process.started')
      .map(({ pid }) => Number(pid));
  }

  async function servedBy(): Promise<Set<string>> {
    const headers = { connection: 'close' };
    const metrics = await (await fetch(`${url}/metrics`, { headers })).text();
    const started = metrics.matchAll(/^nodejs_version_info\{.*worker="(\d+)".*\} 1$/gm);
    return new Set([...started].map(([, worker]) => worker ?? ''));
  }

  test('both listen on one port, and whichever is asked shows the metrics of both', async () => {
    await eventually(async () => (await servedBy()).size === 2 || undefined, {
      what: 'the metrics of two',
    });
    const headers = { connection: 'close' };
    const { data } = (await (await fetch(`${url}/cities/BGR`, { headers })).json()) as {
      data: unknown;
    };
    assert.deepEqual(data, [{ name: 'Dobric', population: 111_001 }]);
  });

  test('one that dies is replaced, and the other answers meanwhile', async () => {
    await eventually(() => pids().length >= 3 || undefined, {
      what: 'all to have started',
      timeoutMs: 90_000,
    });
    const [victim] = pids().filter((pid) => pid !== api.pid);
    process.kill(victim as number, 'SIGKILL');
    await api.waitForEvent('process.replaced', { where: ({ pid }) => pid === victim });
    const headers = { connection: 'close' };
    assert.equal((await fetch(`${url}/livez`, { headers })).status, 200);
    await eventually(() => pids().length >= 4 || undefined, {
      what: 'its successor',
      timeoutMs: 90_000,
    });
  });

  test('all of them stop when the first is asked to, without force', async () => {
    process.kill(api.pid, 'SIGTERM');
    assert.deepEqual(await api.waitForExit(), { code: 0, signal: null });
    assert.ok(!api.logs.some(({ event }) => event === 'process.stop_forced'));
    const stopped = api.logs.filter(({ event }) => event === 'process.stopped');
    assert.equal(stopped.length, 3);
  });
});
