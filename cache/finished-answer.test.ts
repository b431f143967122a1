import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { eventually } from '../test/support/eventually.ts';
import { FinishedAnswer } from './finished-answer.ts';

const long = JSON.stringify(
  Array.from({ length: 200 }, (_, number) => ({ name: 'Dobrič', number })),
);

test('the body says where the data came from, and holds its text as it is', () => {
  const { body } = new FinishedAnswer('database', '[{"name":"Dobrič"}]');
  assert.equal(body.toString(), '{"source":"database","data":[{"name":"Dobrič"}]}');
});

test('equal data has an equal tag wherever it came from, other data another', () => {
  const { etag } = new FinishedAnswer('cache', '[1]');
  assert.match(etag, /^W\/"[\w+/]{22}"$/);
  assert.equal(new FinishedAnswer('database', '[1]').etag, etag);
  assert.notEqual(new FinishedAnswer('cache', '[2]').etag, etag);
});

test('a long body is compressed in the background, once, for whoever asks later', async () => {
  const answer = new FinishedAnswer('cache', long);
  assert.equal(answer.gzipped, null, 'who asks first does not wait');
  const gzipped = await eventually(() => answer.gzipped ?? undefined, { what: 'the bytes' });
  assert.deepEqual(gunzipSync(gzipped), answer.body);
  assert.equal(answer.gzipped, gzipped);
});

test('a short body is never compressed, nor one that would only grow', async () => {
  const short = new FinishedAnswer('cache', '[1]');
  const noise = Array.from({ length: 2000 }, () => String.fromCharCode(33 + Math.random() * 90));
  const dense = new FinishedAnswer('cache', Buffer.from(noise.join('')).toString('base64'));
  const witness = new FinishedAnswer('cache', long);
  for (const answer of [short, dense, witness]) {
    assert.equal(answer.gzipped, null);
  }
  await eventually(() => witness.gzipped ?? undefined, { what: 'one begun later' });
  assert.equal(short.gzipped, null);
});
