import assert from 'node:assert/strict';
import { syncBuiltinESMExports } from 'node:module';
import { describe, type TestContext, test } from 'node:test';
import { createBackoff, pause, retryForever } from './retry.ts';

const limits = { firstMs: 100, maxMs: 400 };

/** Time stands still until it is told to pass; jitter is at its longest. */
function stopTheClock(t: TestContext) {
  t.mock.method(Math, 'random', () => 1);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  // `import { setTimeout }` holds on to the real one otherwise.
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.timers.reset();
    syncBuiltinESMExports();
  });
  return t.mock.timers;
}

/** Lets everything that needs no time happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the back-off', () => {
  test('doubles up to its cap, and starts over when it is reset', (t) => {
    t.mock.method(Math, 'random', () => 1);
    const backoff = createBackoff(limits);
    const delays = Array.from({ length: 5 }, () => backoff.nextDelayMs());
    assert.deepEqual(delays, [100, 200, 400, 400, 400]);
    backoff.reset();
    assert.equal(backoff.nextDelayMs(), 100);
  });

  test('is jittered down by half at most, so that processes do not march in step', (t) => {
    t.mock.method(Math, 'random', () => 0);
    assert.equal(createBackoff(limits).nextDelayMs(), 50);
    t.mock.restoreAll();
    const delays = Array.from({ length: 20 }, () => createBackoff(limits).nextDelayMs());
    assert.ok(delays.every((delayMs) => delayMs >= 50 && delayMs <= 100));
    assert.ok(new Set(delays).size > 1);
  });
});

describe('a pause', () => {
  test('is over after its time and not before', async (t) => {
    const clock = stopTheClock(t);
    let over = false;
    const paused = pause(100).then(() => (over = true));
    clock.tick(99);
    await settle();
    assert.equal(over, false);
    clock.tick(1);
    await paused;
  });

  test('is over at once when it is aborted, before or meanwhile, and never rejects', async (t) => {
    stopTheClock(t);
    const stop = new AbortController();
    const paused = pause(1_000_000, stop.signal);
    stop.abort();
    await paused;
    const late = pause(1_000_000, stop.signal);
    await late;
  });
});

describe('retrying for ever', () => {
  test('tries at once, then after growing delays, until it succeeds', async (t) => {
    const clock = stopTheClock(t);
    let attempts = 0;
    const failures: [unknown, number][] = [];
    const result = retryForever(
      async () => {
        attempts += 1;
        if (attempts < 4) throw new Error(`attempt ${attempts}`);
        return 'done';
      },
      {
        limits,
        signal: new AbortController().signal,
        onFailure: (error, count) => void failures.push([(error as Error).message, count]),
      },
    );
    for (const [delayMs, attemptsBefore] of [
      [100, 1],
      [200, 2],
      [400, 3],
    ] as const) {
      await settle();
      clock.tick(delayMs - 1);
      await settle();
      assert.equal(attempts, attemptsBefore);
      clock.tick(1);
    }
    assert.equal(await result, 'done');
    assert.deepEqual(failures, [
      ['attempt 1', 1],
      ['attempt 2', 2],
      ['attempt 3', 3],
    ]);
  });

  test('ends with what the failure handler throws', async () => {
    const hopeless = new Error('hopeless');
    const retrying = retryForever(() => Promise.reject(new Error('first')), {
      limits,
      signal: new AbortController().signal,
      onFailure: async () => {
        throw hopeless;
      },
    });
    await assert.rejects(retrying, hopeless);
  });

  test('is not begun once the signal has aborted', async () => {
    let attempts = 0;
    const retrying = retryForever(async () => (attempts += 1), {
      limits,
      signal: AbortSignal.abort(),
      onFailure: () => undefined,
    });
    await assert.rejects(retrying, { name: 'AbortError' });
    assert.equal(attempts, 0);
  });

  test('ends while it waits, without another attempt', async (t) => {
    stopTheClock(t);
    const stop = new AbortController();
    let attempts = 0;
    const retrying = retryForever(
      () => {
        attempts += 1;
        return Promise.reject(new Error('away'));
      },
      { limits, signal: stop.signal, onFailure: () => undefined },
    );
    await settle();
    stop.abort();
    await assert.rejects(retrying, { name: 'AbortError' });
    assert.equal(attempts, 1);
  });

  test('complains of no failure that the abort itself caused', async () => {
    const stop = new AbortController();
    const failures: unknown[] = [];
    const retrying = retryForever(
      async () => {
        stop.abort();
        throw new Error('cut off');
      },
      { limits, signal: stop.signal, onFailure: (error) => void failures.push(error) },
    );
    await assert.rejects(retrying, { name: 'AbortError' });
    assert.deepEqual(failures, []);
  });
});
