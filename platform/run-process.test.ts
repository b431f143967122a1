// This file is also the process that it tests: started with the name of a role, it plays it.

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { type RunningProcess, startProcess } from '../test/support/processes.ts';
import { SettingsError } from './errors.ts';
import { createLogger, type Logger } from './logger.ts';
import { type Component, type ProcessParts, runProcess } from './run-process.ts';

/** Says when it is started and stopped; what it does then can be replaced. */
function component(logger: Logger, name: string, deeds: Partial<Component> = {}): Component {
  return {
    name,
    async start() {
      logger.info({ event: 'test.start', component: name }, 'start');
      await deeds.start?.();
    },
    async stop() {
      logger.info({ event: 'test.stop', component: name }, 'stop');
      await deeds.stop?.();
    },
  };
}

/** Sink, step and source; the step is the one with the role. */
function partsWith(deeds: Partial<Component>): () => ProcessParts {
  return () => {
    const logger = createLogger({ process: 'test', level: 'info' });
    const keepRunning = { start: async () => void setInterval(() => undefined, 60_000) };
    const components = [
      component(logger, 'sink', keepRunning),
      component(logger, 'step', deeds),
      component(logger, 'source'),
    ];
    return { logger, components };
  };
}

const never = () => new Promise<void>(() => undefined);
const reject = (message: string) => () => Promise.reject(new Error(message));

function startsUntilStopped(): Partial<Component> {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { start: () => ended, stop: async () => end() };
}

const roles: Record<string, () => ProcessParts> = {
  orderly: partsWith({}),
  'stop fails': partsWith({ stop: reject('stuck valve') }),
  'stop hangs': partsWith({ stop: never }),
  'start fails': partsWith({ start: reject('no schema') }),
  'start fails, stop hangs': partsWith({ start: reject('no schema'), stop: never }),
  'start waits': partsWith(startsUntilStopped()),
  'dies later': partsWith({
    start: async () => void setTimeout(() => void reject('work died')(), 1),
  }),
  'dies while it stops': partsWith({
    stop: async () => {
      setImmediate(() => void reject('died stopping')());
      await never();
    },
  }),
  'wrong settings': () => {
    throw new SettingsError(['PORT: must be a whole number', 'HOST: is required']);
  },
  'wrong code': () => {
    throw new Error('a mistake of ours');
  },
};

function play(t: TestContext, role: string): RunningProcess {
  return startProcess(t, { main: 'platform/run-process.test.ts', env: {}, args: [role] });
}

function sequenceOf({ logs }: RunningProcess): string[] {
  return logs
    .filter(({ event }) => event.startsWith('test.'))
    .map(({ event, component }) => `${event.slice('test.'.length)} ${String(component)}`);
}

const inOrder = ['start sink', 'start step', 'start source'];
const inReverse = ['stop source', 'stop step', 'stop sink'];

function defineStopTests(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`on ${signal} the parts stop in the reverse order of their start, exit 0`, async (t) => {
      const process = play(t, 'orderly');
      await process.waitForEvent('process.started');
      process.kill(signal);
      assert.deepEqual(await process.waitForExit(), { code: 0, signal: null });
      assert.deepEqual(sequenceOf(process), [...inOrder, ...inReverse]);
      assert.equal(process.logs.at(-1)?.event, 'process.stopped');
    });
  }

  test('every log line says its level in words, the time in UTC and the process', async (t) => {
    const process = play(t, 'orderly');
    const line = await process.waitForEvent('process.started');
    assert.equal(line.level, 'info');
    assert.equal(line.process, 'test');
    assert.match(String(line.time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('a part that does not stop cleanly is named, and the others are stopped', async (t) => {
    const process = play(t, 'stop fails');
    await process.waitForEvent('process.started');
    assert.equal((await process.stop()).code, 0);
    assert.deepEqual(sequenceOf(process), [...inOrder, ...inReverse]);
    const { msg } = await process.waitForEvent('process.stop_failed');
    assert.match(msg, /^step did not stop cleanly: stuck valve$/);
  });

  test('a second signal ends a stop that hangs, exit 1', async (t) => {
    const process = play(t, 'stop hangs');
    await process.waitForEvent('process.started');
    process.kill('SIGTERM');
    await process.waitForEvent('test.stop', { where: ({ component }) => component === 'step' });
    process.kill('SIGTERM');
    assert.deepEqual(await process.waitForExit(), { code: 1, signal: null });
    assert.equal(process.logs.at(-1)?.event, 'process.stop_forced');
  });

  for (const role of ['stop hangs', 'start fails, stop hangs']) {
    test(`a stop that hangs is given up after its deadline, exit 1 (${role})`, async (t) => {
      const process = play(t, role);
      await process.waitForEvent('test.start', { where: ({ component }) => component === 'step' });
      if (role === 'stop hangs') {
        await process.waitForEvent('process.started');
        process.kill('SIGTERM');
      }
      assert.deepEqual(await process.waitForExit(), { code: 1, signal: null });
      assert.equal(process.logs.at(-1)?.event, 'process.stop_forced');
    });
  }
}

function defineStartAndFaultTests(): void {
  test('a start that fails stops what was started and nothing else, exit 1', async (t) => {
    const process = play(t, 'start fails');
    assert.deepEqual(await process.waitForExit(), { code: 1, signal: null });
    const sequence = ['start sink', 'start step', 'stop step', 'stop sink'];
    assert.deepEqual(sequenceOf(process), sequence);
    const { level, msg } = firstLine(process, 'process.start_failed');
    assert.deepEqual({ level, msg }, { level: 'fatal', msg: 'no schema' });
  });

  test('a start that still waits is ended by the signal, exit 0', async (t) => {
    const process = play(t, 'start waits');
    await process.waitForEvent('test.start', { where: ({ component }) => component === 'step' });
    assert.equal((await process.stop()).code, 0);
    const sequence = ['start sink', 'start step', 'stop step', 'stop sink'];
    assert.deepEqual(sequenceOf(process), sequence);
  });

  test('work that dies later ends the process in order, exit 1', async (t) => {
    const process = play(t, 'dies later');
    assert.deepEqual(await process.waitForExit(), { code: 1, signal: null });
    assert.deepEqual(sequenceOf(process), [...inOrder, ...inReverse]);
    assert.equal(firstLine(process, 'process.fault').msg, 'work died');
  });

  test('work that dies while it is stopped is not passed over in silence, exit 1', async (t) => {
    const process = play(t, 'dies while it stops');
    await process.waitForEvent('process.started');
    assert.deepEqual(await process.stop(), { code: 1, signal: null });
    assert.equal(firstLine(process, 'process.fault').msg, 'died stopping');
  });

  test('settings that are not usable are all named on stderr, exit 2', async (t) => {
    const process = play(t, 'wrong settings');
    assert.deepEqual(await process.waitForExit(), { code: 2, signal: null });
    assert.match(process.otherOutput, /PORT: must be a whole number\n {2}HOST: is required\n/);
    assert.match(process.otherOutput, /\.env\.example/);
    assert.doesNotMatch(process.otherOutput, /\bat /, 'no stack trace');
  });

  test('a fault of ours before anything runs is no mistake in the settings, exit 1', async (t) => {
    const process = play(t, 'wrong code');
    assert.deepEqual(await process.waitForExit(), { code: 1, signal: null });
    assert.match(process.otherOutput, /a mistake of ours/);
  });
}

function firstLine({ logs }: RunningProcess, event: string) {
  const line = logs.find((candidate) => candidate.event === event);
  assert.ok(line, `${event} is logged`);
  return line;
}

const role = roles[process.argv[2] ?? ''];
if (role === undefined) {
  describe('a process', { concurrency: 3 }, () => {
    defineStopTests();
    defineStartAndFaultTests();
  });
} else {
  await runProcess(role);
}
