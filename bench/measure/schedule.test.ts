import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runOpenLoop, startTimes } from './schedule.ts';

/** Gaps of exactly one mean: -ln(1 - x) is 1. */
const steady = () => 1 - Math.exp(-1);

test('requests start at their rate, and none after the end', () => {
  const times = startTimes({ perSecond: 100, forMs: 95, random: steady });
  assert.deepEqual(
    times.map((time) => Math.round(time)),
    [10, 20, 30, 40, 50, 60, 70, 80, 90],
  );
});

test('with chance the gaps differ and the rate is kept', () => {
  let state = 1;
  const random = () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
  const times = startTimes({ perSecond: 1000, forMs: 20_000, random });
  assert.ok(times.length > 19_000 && times.length < 21_000, `${times.length} in 20 s`);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  assert.ok(Math.max(...gaps) > 3 && Math.min(...gaps) < 0.1);
});

test('a request that could not start in time counts from when it was to start', async (t) => {
  let nowMs = 0;
  t.mock.method(performance, 'now', () => nowMs);
  const latencies: number[] = [];
  let asked = 0;
  const load = runOpenLoop({
    perSecond: 100,
    forMs: 35,
    random: steady,
    // The first one, due after 10 ms, holds everybody up for 100.
    request: async () => {
      asked += 1;
      if (asked === 1) nowMs += 100;
    },
    onDone: (_, latencyMs) => latencies.push(Math.round(latencyMs)),
  });
  nowMs = 10;
  await load;
  assert.deepEqual(latencies, [100, 90, 80]);
});

test('what a request throws ends the load', async () => {
  const load = { perSecond: 1e6, forMs: 0.01, random: steady, onDone: () => undefined };
  const request = () => Promise.reject(new Error('refused'));
  await assert.rejects(runOpenLoop({ ...load, request }), { message: 'refused' });
});
