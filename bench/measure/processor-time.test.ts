import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePsTime, parseStat, processCpuMs } from './processor-time.ts';

test('user and system time are added, whatever the name of the program holds', () => {
  const rest = 'S 1 1 1 0 -1 4194560 100 0 0 0 12 34 0 0 20 0 1 0 100 0 0';
  assert.equal(parseStat(`42 (node) ${rest}`), 460);
  assert.equal(parseStat(`42 (a) b (c) ${rest}`), 460);
});

test('the time that ps writes is read with and without days', () => {
  assert.equal(parsePsTime(' 2:03\n'), 123_000);
  assert.equal(parsePsTime('01:02:03'), 3_723_000);
  assert.equal(parsePsTime('1-00:00:01'), 86_401_000);
});

test('a process that works has used some', async () => {
  const before = await processCpuMs(process.pid);
  const until = process.cpuUsage().user + 60_000;
  while (process.cpuUsage().user < until);
  assert.ok((await processCpuMs(process.pid)) > before);
});
