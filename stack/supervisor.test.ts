import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { eventually } from '../test/support/eventually.ts';
import type { TestScope } from '../test/support/processes.ts';
import { reverseScope } from '../test/support/scope.ts';
import { type Child, startChild } from './child.ts';
import { endOrphans } from './orphans.ts';
import { identify } from './process-identity.ts';
import { type BackOff, type Supervised, supervise } from './supervisor.ts';

const patient = 'process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000); ';
const stubborn = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); ';
const ready = 'console.log("ready")';

interface Stage {
  readonly scope: TestScope;
  readonly run: string;
  readonly lines: string[];
  start(script: string, stopTimeoutMs?: number): Promise<Child>;
}

function stage(t: TestContext): Stage {
  const run = mkdtempSync(join(tmpdir(), 'cinesync-run-'));
  const lines: string[] = [];
  const scope = reverseScope(t);
  scope.after(async () => {
    await endOrphans(run);
    rmSync(run, { recursive: true });
  });
  return {
    scope,
    run,
    lines,
    start: async (script, stopTimeoutMs = 5_000) => {
      const before = lines.length;
      const child = await startChild({
        name: 'app',
        command: process.execPath,
        args: ['-e', script],
        env: process.env,
        cwd: run,
        output: { onLine: (line) => lines.push(line) },
        stopSignal: 'SIGTERM',
        stopTimeoutMs,
        run,
      });
      if (script.includes(ready)) {
        await eventually(() => lines.slice(before).find((line) => line === 'ready'), {
          what: 'the stand-in to be ready',
        });
      }
      return child;
    },
  };
}

interface Watched {
  readonly said: string[];
  readonly children: Child[];
  readonly supervised: Supervised;
}

async function watch(
  { scope }: Stage,
  start: () => Promise<Child>,
  backOff: BackOff,
): Promise<Watched> {
  const said: string[] = [];
  const children: Child[] = [];
  const startNext = async (): Promise<Child> => {
    const child = await start();
    children.push(child);
    return child;
  };
  const say = (text: string): void => void said.push(text);
  const supervised = supervise(await startNext(), { name: 'app', start: startNext, say, backOff });
  scope.after(() => supervised.stop());
  return { said, children, supervised };
}

test('a process that is killed is started again, and that is said', async (t) => {
  const set = stage(t);
  const { start } = set;
  const backOff = { firstMs: 1, maxMs: 10, stableMs: 60_000 };
  const { said, children } = await watch(set, () => start(patient + ready), backOff);
  children[0]?.kill();
  await eventually(() => said.find((text) => text === 'app runs again'), { what: 'a restart' });
  assert.equal(said[0], 'app ended (signal SIGKILL); starting it again in 0.001 s');
  assert.equal(children.length, 2);
});

test('each restart waits longer, up to a limit', async (t) => {
  const set = stage(t);
  const { start } = set;
  const backOff = { firstMs: 1, maxMs: 4, stableMs: 60_000 };
  const { said } = await watch(set, () => start('process.exit(3)'), backOff);
  const ends = (): string[] => said.filter((text) => text.includes('ended'));
  await eventually(() => (ends().length >= 4 ? true : undefined), { what: 'four ends' });
  const waits = ends().map((text) => /\(exit code 3\).* in ([\d.]+) s/.exec(text)?.[1]);
  assert.deepEqual(waits.slice(0, 4), ['0.001', '0.002', '0.004', '0.004']);
});

test('a stable run forgives what was before', async (t) => {
  const set = stage(t);
  const { start } = set;
  const backOff = { firstMs: 1, maxMs: 60_000, stableMs: 0 };
  const { said } = await watch(set, () => start('process.exit(1)'), backOff);
  const ends = (): string[] => said.filter((text) => text.includes('ended'));
  await eventually(() => (ends().length >= 3 ? true : undefined), { what: 'three ends' });
  assert.ok(ends().every((text) => text.endsWith('in 0.001 s')));
});

test('a restart that fails is said and tried again', async (t) => {
  const set = stage(t);
  const { start } = set;
  let starts = 0;
  const flaky = (): Promise<Child> => {
    starts += 1;
    return starts === 2 ? Promise.reject(new Error('no memory')) : start(patient + ready);
  };
  const backOff = { firstMs: 1, maxMs: 5, stableMs: 60_000 };
  const { said, children } = await watch(set, flaky, backOff);
  children[0]?.kill();
  await eventually(() => said.find((text) => text === 'app runs again'), { what: 'a restart' });
  assert.ok(said.includes('no memory'));
});

test('a process that is stopped stays stopped', async (t) => {
  const set = stage(t);
  const { start, run } = set;
  const backOff = { firstMs: 1, maxMs: 1, stableMs: 60_000 };
  const { said, children, supervised } = await watch(set, () => start(patient + ready), backOff);
  await supervised.stop();
  assert.deepEqual(await children[0]?.exited, { code: 0, signal: null });
  assert.deepEqual(said, []);
  assert.deepEqual(readdirSync(run), [], 'its note is gone');
});

test('stopping while a restart is awaited starts nothing', async (t) => {
  const set = stage(t);
  const { start } = set;
  const backOff = { firstMs: 600_000, maxMs: 600_000, stableMs: 60_000 };
  const { said, children, supervised } = await watch(set, () => start('process.exit(1)'), backOff);
  await eventually(() => said[0], { what: 'the end of the process' });
  await supervised.stop();
  assert.equal(children.length, 1);
});

test('a process that does not stop is ended with its whole group', async (t) => {
  const { start, lines } = stage(t);
  const grandchild = `const c = require('child_process').spawn(process.execPath,
    ['-e', 'setInterval(() => {}, 1000)']); console.log(c.pid); `;
  const child = await start(stubborn + grandchild + ready, 50);
  const pid = Number(lines.find((line) => /^\d+$/.test(line)));
  assert.ok(identify(pid));
  assert.deepEqual(await child.stop(), { code: null, signal: 'SIGKILL' });
  await eventually(() => (identify(pid) === undefined ? true : undefined), {
    what: 'the grandchild to end',
  });
});

test('what a crashed run left is ended by the next', async (t) => {
  const { start, run } = stage(t);
  const child = await start(patient + ready);
  assert.equal(readdirSync(run).length, 1);
  assert.deepEqual(await endOrphans(run), ['app']);
  assert.deepEqual(await child.exited, { code: 0, signal: null });
  assert.deepEqual(await endOrphans(run), [], 'nothing is left to end');
});

test('a program that is not there is a sentence, not a crash', async (t) => {
  const { run } = stage(t);
  const missing = startChild({
    name: 'redis',
    command: '/does/not/exist',
    args: [],
    env: {},
    cwd: run,
    output: { onLine: () => undefined },
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 100,
    run,
  });
  await assert.rejects(missing, { message: /redis can not be started: .*ENOENT/ });
});
