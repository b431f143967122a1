import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { eventually } from '../../test/support/eventually.ts';
import { Watchers } from './watchers.ts';

/** An answer whose socket takes only what it is told to take. */
class FakeResponse extends EventEmitter {
  writableLength = 0;
  readonly written: string[] = [];
  writeHead(): void {}
  write(text: string | Buffer): void {
    this.written.push(String(text));
  }
  end(): void {
    this.emit('close');
  }
  destroy(): void {
    this.emit('close');
  }
}

function prepare(limits: { watchersMax?: number; backlogMaxBytes?: number } = {}) {
  const source: string[] = [];
  const errors: unknown[] = [];
  const watchers = new Watchers({
    start: async () => {
      source.push('started');
      return async () => void source.push('stopped');
    },
    onError: (error) => errors.push(error),
    ...limits,
  });
  const watch = () => {
    const response = new FakeResponse();
    const isIn = watchers.add(response as unknown as ServerResponse, 'first');
    return { response, isIn };
  };
  return { watchers, source, errors, watch };
}

const settled = (source: string[], ...expected: string[]) =>
  eventually(() => source.join() === expected.join() || undefined, { what: expected.join() });

test('the source runs while anybody watches, and only then', async () => {
  const { source, watch } = prepare();
  const one = watch();
  const other = watch();
  await settled(source, 'started');
  one.response.destroy();
  assert.deepEqual(source, ['started']);
  other.response.destroy();
  await settled(source, 'started', 'stopped');
  watch();
  await settled(source, 'started', 'stopped', 'started');
});

test('all see the same, after what each is shown first', () => {
  const { watchers, watch } = prepare();
  const seen = [watch(), watch()].map(({ response }) => response.written);
  watchers.send('state', { at: 1 });
  const expected = ['first', 'event: state\ndata: {"at":1}\n\n'];
  assert.deepEqual(seen, [expected, expected]);
});

test('one that does not keep up is dropped, and the others see on', () => {
  const { watchers, watch } = prepare({ backlogMaxBytes: 1000 });
  const slow = watch();
  const quick = watch();
  slow.response.writableLength = 1001;
  watchers.send('state', {});
  assert.equal(watchers.count, 1);
  assert.deepEqual([slow.response.written.length, quick.response.written.length], [1, 2]);
});

test('there is a limit to how many', () => {
  const { watch } = prepare({ watchersMax: 2 });
  assert.deepEqual(
    [watch(), watch(), watch()].map(({ isIn }) => isIn),
    [true, true, false],
  );
});

test('stopping ends what they see, and the source', async () => {
  const { watchers, source, watch } = prepare();
  watch();
  await settled(source, 'started');
  await watchers.stop();
  assert.deepEqual([watchers.count, source], [0, ['started', 'stopped']]);
});

test('a source that can not start is tried again by the next watcher', async () => {
  const errors: unknown[] = [];
  let tries = 0;
  const watchers = new Watchers({
    start: async () => {
      tries += 1;
      throw new Error('away');
    },
    onError: (error) => errors.push(error),
  });
  watchers.add(new FakeResponse() as unknown as ServerResponse, '');
  await eventually(() => errors.length === 1 || undefined, { what: 'the first error' });
  watchers.add(new FakeResponse() as unknown as ServerResponse, '');
  await eventually(() => errors.length === 2 || undefined, { what: 'the second error' });
  assert.equal(tries, 2);
});
