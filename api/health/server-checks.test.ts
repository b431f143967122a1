import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { mock, test } from 'node:test';
import { pino } from 'pino';
import { type ServerProbe, ServerChecks } from './server-checks.ts';

function createLog() {
  const lines: { event: string; msg: string; server: string }[] = [];
  const sink = new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(JSON.parse(line.toString()));
      done();
    },
  });
  return { lines, logger: pino({ base: {} }, sink) };
}

function probe(name: string, ask: ServerProbe['ask'], neededForReadiness = true): ServerProbe {
  const explain = () => ({ problem: `${name}-away`, detail: name, fix: `start ${name}` });
  return { name, ask, neededForReadiness, explain };
}

/** A monotonic clock that moves only when told to; a remembered check is a second old at most. */
function stopClock(t: { after: (cleanUp: () => void) => void }) {
  let nowMs = 1000;
  const stopped = mock.method(performance, 'now', () => nowMs);
  t.after(() => stopped.mock.restore());
  return {
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

test('a server that answers is up, with the details it gave', async () => {
  const { logger } = createLog();
  const checks = new ServerChecks({ logger, probes: [probe('a', async () => ({ brokers: 3 }))] });
  const { a } = await checks.checkAll();
  assert.equal(a?.status, 'up');
  assert.equal(a?.brokers, 3);
  assert.equal(typeof a?.latency_ms, 'number');
});

test('a server that refuses or stays silent is down, and the others are not affected', async () => {
  const { logger } = createLog();
  const probes = [
    probe('refuses', async () => Promise.reject(new Error('no such host'))),
    probe('silent', async () => new Promise(() => undefined)),
    probe('well', async () => ({})),
  ];
  const { refuses, silent, well } = await new ServerChecks({ logger, probes }).checkAll();
  assert.deepEqual([refuses?.status, refuses?.error], ['down', 'no such host']);
  assert.deepEqual([refuses?.problem, refuses?.fix], ['refuses-away', 'start refuses']);
  assert.deepEqual([silent?.status, silent?.error], ['down', 'no answer in 450 ms']);
  assert.equal(well?.status, 'up');
});

test('an outage and its end are each logged once', async (t) => {
  const clock = stopClock(t);
  const { lines, logger } = createLog();
  let isAway = true;
  const ask = async () => (isAway ? Promise.reject(new Error('refused')) : {});
  const checks = new ServerChecks({ logger, probes: [probe('a', ask)] });
  for (const away of [true, true, false, false, true]) {
    isAway = away;
    clock.pass(1001);
    await checks.checkAll();
  }
  const events = lines.map(({ event, server }) => `${server} ${event}`);
  assert.deepEqual(events, ['a server.away', 'a server.back', 'a server.away']);
  assert.match(lines[0]?.msg ?? '', /refused; trying/);
});

test('many who ask within a second cost one question', async (t) => {
  const clock = stopClock(t);
  const { logger } = createLog();
  let questions = 0;
  const ask = async () => {
    questions += 1;
    return {};
  };
  const checks = new ServerChecks({ logger, probes: [probe('a', ask)] });
  await Promise.all([checks.checkAll(), checks.isReady(), checks.checkAll()]);
  clock.pass(900);
  await checks.checkAll();
  assert.equal(questions, 1);
  clock.pass(200);
  await checks.checkAll();
  assert.equal(questions, 2);
});

test('a question still open is not asked a second time beside itself', async (t) => {
  const clock = stopClock(t);
  const { logger } = createLog();
  let questions = 0;
  const ask = async () => {
    questions += 1;
    return new Promise<Record<string, unknown>>(() => undefined);
  };
  const checks = new ServerChecks({ logger, probes: [probe('a', ask)] });
  await checks.checkAll();
  clock.pass(5000);
  assert.equal((await checks.checkAll()).a?.status, 'down');
  assert.equal(questions, 1);
});

test('only a server that reads need decides over readiness', async () => {
  const { logger } = createLog();
  const away = async () => Promise.reject(new Error('away'));
  const well = async () => ({});
  const ready = [probe('a', well), probe('b', away, false)];
  assert.equal(await new ServerChecks({ logger, probes: ready }).isReady(), true);
  const notReady = [probe('a', away), probe('b', well, false)];
  assert.equal(await new ServerChecks({ logger, probes: notReady }).isReady(), false);
});
