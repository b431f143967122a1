import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { identify } from '../process-identity.ts';
import { endStragglers } from './stragglers.ts';

interface StandIn {
  readonly port: number;
  readonly detached?: boolean;
}

async function startStandIn(t: TestContext, { port, detached = true }: StandIn) {
  const child: ChildProcess = spawn(
    process.execPath,
    ['-e', 'console.log(1); setInterval(() => {}, 1000)'],
    { detached, env: { REDIS_URL: `redis://127.0.0.1:${port}/3` }, stdio: ['ignore', 'pipe', 2] },
  );
  t.after(() => child.kill('SIGKILL'));
  assert.ok(child.stdout && child.pid);
  await once(child.stdout, 'data');
  return child;
}

test('ends what was started against our servers, and nothing else', async (t) => {
  const ours = await startStandIn(t, { port: 61_001 });
  const other = await startStandIn(t, { port: 61_002 });
  const longer = await startStandIn(t, { port: 610_010 });
  const inTerminal = await startStandIn(t, { port: 61_001, detached: false });
  const onLinux = process.platform === 'linux';
  assert.deepEqual(endStragglers([61_001]), onLinux ? [ours.pid] : []);
  if (onLinux) assert.deepEqual(await once(ours, 'exit'), [null, 'SIGKILL']);
  for (const { pid } of [other, longer, inTerminal]) assert.ok(identify(pid ?? 0));
});
