import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSeed } from './run-seed.ts';

async function run(args: string[], environment: Record<string, string>) {
  const written = { out: '', err: '' };
  const giveUp = new AbortController();
  const code = await runSeed({
    args,
    environment,
    output: { write: (text) => (written.out += text) },
    errorOutput: {
      write: (text) => {
        written.err += text;
        giveUp.abort();
      },
    },
    signal: giveUp.signal,
  });
  return { code, ...written };
}

test('names every wrong setting at once and ends with code 2', async () => {
  const { code, err } = await run([], { DATABASE_URL: 'x', S3_ENDPOINT: 'y', S3_BUCKET: 'Z' });
  assert.equal(code, 2);
  assert.match(err, /DATABASE_URL[^]*S3_ENDPOINT[^]*S3_BUCKET/);
});

test('says what to type when an option is unknown', async () => {
  const { code, err } = await run(['--froce'], {});
  assert.equal(code, 2);
  assert.match(err, /--froce[^]*npm run seed -- --help/);
});

test('explains --force without asking for any setting', async () => {
  const { code, out } = await run(['--help'], { DATABASE_URL: 'x' });
  assert.equal(code, 0);
  assert.match(out, /--force {3}load all of it again/);
});

test('says which server is away and keeps trying', async () => {
  const { err } = await run([], { DATABASE_URL: 'postgresql://ann:secret@127.0.0.1:1/tutorial' });
  assert.match(err, /^seed: Postgres at 127\.0\.0\.1:1 is away \(.*ECONNREFUSED.*\); trying until/);
  assert.doesNotMatch(err, /secret/);
});
