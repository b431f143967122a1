// Whether the machines agree on the time. Heartbeats and ages are all on the database's clock, so a
// wrong clock elsewhere makes no answer old; but a database whose clock jumps makes readers bypass.

import type { Observer } from '../observer.ts';
import { attempt } from '../reading.ts';
import { type Check, ill, well } from './finding.ts';

const skewMaxMs = 2000;

export const checkClocks: Check = async (observer) => {
  const clocks = {
    Postgres: await attempt(() => offsetOf(() => readPostgresMs(observer))),
    Redis: await attempt(() => offsetOf(() => readRedisMs(observer))),
  };
  const known = Object.entries(clocks).flatMap(([server, { value: offsetMs }]) =>
    offsetMs === null ? [] : [{ server, offsetMs }],
  );
  const wrong = known.filter(({ offsetMs }) => Math.abs(offsetMs) > skewMaxMs);
  if (wrong.length === 0) {
    const servers = known.map(({ server }) => server).join(' and ');
    return [well('clocks', `this machine agrees with ${servers || 'nobody: none can be asked'}`)];
  }
  const everybodyElse = wrong.length === known.length && known.length > 1;
  const said = wrong.map(({ server, offsetMs }) => `${server} is ${describeOffset(offsetMs)}`);
  const guess = everybodyElse ? "; it is this machine's clock that is wrong" : '';
  const where = everybodyElse ? 'here' : `on the machine of ${wrong[0]?.server}`;
  const fix = `timedatectl set-ntp true  # ${where}`;
  return [ill('clocks', 'clock-skew', `${said.join(', ')}${guess}`, fix)];
};

/** How far a server's clock is ahead of ours; the answer is taken to be from half way. */
async function offsetOf(readMs: () => Promise<number>): Promise<number> {
  const sentMs = performance.now();
  const serverMs = await readMs();
  const underWayMs = performance.now() - sentMs;
  return serverMs - (Date.now() - underWayMs / 2);
}

async function readPostgresMs({ listenerDatabase }: Observer): Promise<number> {
  const [row] = await listenerDatabase.query({
    text: 'select extract(epoch from clock_timestamp()) * 1000 as now_ms',
  });
  return Number(row?.now_ms);
}

async function readRedisMs({ redis }: Observer): Promise<number> {
  const [seconds, microseconds] = await redis.command<[string, string]>('TIME');
  return Number(seconds) * 1000 + Number(microseconds) / 1000;
}

function describeOffset(offsetMs: number): string {
  return `${Math.abs(offsetMs / 1000).toFixed(1)} s ${offsetMs > 0 ? 'ahead' : 'behind'}`;
}
