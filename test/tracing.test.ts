// One trace from a write over HTTP through the outbox row and the Kafka message to the DEL, and one
// for a read, as a collector receives them.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventually } from './support/eventually.ts';
import { type ReceivedSpan, startOtlpReceiver } from './support/otlp-receiver.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { suiteScope } from './support/scope.ts';

describe('traces', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let url: string;
  let spans: readonly ReceivedSpan[];

  before(async () => {
    const receiver = await startOtlpReceiver(scope);
    spans = receiver.spans;
    pipeline = await startPipeline(scope, {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, ADMIN_AUTH: 'off' },
    });
    const [api] = pipeline.apis;
    assert.ok(api);
    url = await api.url();
    await pipeline.waitUntilApplied();
  });

  const spanOf = (traceId: string, name: RegExp) =>
    eventually(() => spans.find((span) => span.traceId === traceId && name.test(span.name)), {
      what: `a span ${name} in the trace`,
      timeoutMs: 30_000,
    });

  test('a write is followed to the DEL, with right parents and in right order', async () => {
    const traceId = 'a'.repeat(32);
    const response = await fetch(`${url}/genres`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        traceparent: `00-${traceId}-${'b'.repeat(16)}-01`,
      },
      body: JSON.stringify({ name: 'Traced' }),
    });
    assert.equal(response.status, 201, await response.text());
    const request = await spanOf(traceId, /^POST \/genres$/);
    const transaction = await spanOf(traceId, /^transaction$/);
    const invalidate = await spanOf(traceId, /^invalidate genre/);
    // One write may change several resources: this is the one that was followed.
    const publish = await eventually(
      () => spans.find(({ spanId }) => spanId === invalidate.parentSpanId),
      { what: 'the span of the message', timeoutMs: 30_000 },
    );
    assert.match(publish.name, /^publish /);
    const chain = [request, transaction, publish, invalidate];
    assert.deepEqual(
      chain.map(({ service }) => service),
      ['cinesync-api', 'cinesync-api', 'cinesync-listener', 'cinesync-cleaner'],
    );
    assert.deepEqual(
      chain.map(({ parentSpanId }) => parentSpanId),
      ['b'.repeat(16), request.spanId, transaction.spanId, publish.spanId],
    );
    for (const [index, span] of chain.entries()) {
      const earlier = chain[index - 1];
      assert.ok(span.endMs >= span.startMs, span.name);
      assert.ok(earlier === undefined || span.startMs >= earlier.startMs, span.name);
    }
  });

  test('a read shows the load that it waited for', async () => {
    const traceId = 'c'.repeat(32);
    const traceparent = `00-${traceId}-${'d'.repeat(16)}-01`;
    await (await fetch(`${url}/cities/XYZ`, { headers: { traceparent } })).text();
    const request = await spanOf(traceId, /^GET \/cities\/:code$/);
    const load = await spanOf(traceId, /^load city$/);
    assert.equal(load.parentSpanId, request.spanId);
  });

  test('a change that nobody traces begins no trace', async () => {
    await pipeline.sql(`insert into genres (name) values ('Untraced')`);
    await pipeline.waitUntilApplied();
    const invalidations = spans.filter(({ service }) => service === 'cinesync-cleaner');
    assert.ok(invalidations.every(({ traceId }) => traceId === 'a'.repeat(32)));
  });
});
