import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { Tracing } from './tracing.ts';

const loaded = () =>
  Object.keys(createRequire(import.meta.url).cache).filter((path) =>
    path.includes('@opentelemetry'),
  );

test('without a collector nothing is traced, and nothing of the library is loaded', async () => {
  const tracing = new Tracing({ process: 'test', endpoint: undefined });
  await tracing.start();
  const span = tracing.startSpan('anything', { kind: 'server' });
  assert.equal(span.traceparent, undefined);
  span.end();
  await tracing.stop();
  assert.deepEqual(loaded(), []);
});

test('with one it is loaded at the start, and goes on from the given parent', async () => {
  const tracing = new Tracing({ process: 'test', endpoint: 'http://127.0.0.1:9' });
  assert.deepEqual(loaded(), []);
  await tracing.start();
  assert.notDeepEqual(loaded(), []);
  const traceId = 'a'.repeat(32);
  const parent = `00-${traceId}-${'b'.repeat(16)}-01`;
  const span = tracing.startSpan('more', { kind: 'client', parent });
  assert.match(span.traceparent ?? '', new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  const other = tracing.startSpan('own', { kind: 'client', parent: 'nonsense' });
  assert.match(other.traceparent ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});
