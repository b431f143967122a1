import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { z } from 'zod';
import { SettingsError } from './errors.ts';
import * as fields from './setting-fields.ts';
import { type Environment, readSettings } from './settings.ts';

const schema = z.object({
  DATABASE_URL: fields.databaseUrl,
  ...fields.redisFields,
  KAFKA_BOOTSTRAP_SERVERS: fields.kafkaBootstrapServers,
  TOPIC_NAMESPACE: fields.topicNamespace,
  ...fields.s3Fields,
  LOG_LEVEL: fields.logLevel,
  PORT: fields.port(8000),
  ENABLED: fields.flag(true),
});

const read = (environment: Environment) => readSettings(schema, environment);

function problemsOf(environment: Environment): readonly string[] {
  try {
    read(environment);
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.problems;
  }
  return [];
}

test('every mistake is reported together, by the name that was typed', () => {
  const mistakes = {
    DATABASE_URL: 'mysql://root:hunter2@localhost/db',
    REDIS_URL: 'not an address',
    REDIS_PORT: '70000',
    KAFKA_BOOTSTRAP_SERVERS: 'localhost:9092,nowhere',
    TOPIC_NAMESPACE: 'no spaces please',
    S3_ENDPOINT: 'localhost:9000',
    S3_BUCKET: 'Upper_Case',
    LOG_LEVEL: 'loud',
    PORT: '80x',
    ENABLED: 'yes',
  };
  const problems = problemsOf(mistakes);
  const names = problems.map((problem) => problem.slice(0, problem.indexOf(':')));
  assert.deepEqual(names.toSorted(), Object.keys(mistakes).toSorted());
});

test('a mistake says what would be right, and never the wrong value', () => {
  const wrong = 'mysql://root:hunter2@localhost/db';
  const problems = problemsOf({ DATABASE_URL: wrong, REDIS_URL: wrong, LOG_LEVEL: 'hunter2' });
  assert.match(problems.join('\n'), /DATABASE_URL: must be an address like postgresql:\/\//);
  assert.match(problems.join('\n'), /LOG_LEVEL: must be one of trace, debug, info, /);
  assert.doesNotMatch(problems.join('\n'), /hunter2/);
});

test('what is not set, or set to nothing, has its default', () => {
  for (const environment of [{}, { PORT: '', KAFKA_BOOTSTRAP_SERVERS: '', LOG_LEVEL: '' }]) {
    const settings = read(environment);
    assert.equal(settings.PORT, 8000);
    assert.equal(settings.ENABLED, true);
    assert.equal(settings.LOG_LEVEL, 'info');
    assert.deepEqual(settings.KAFKA_BOOTSTRAP_SERVERS, ['localhost:9092']);
    assert.equal(
      settings.DATABASE_URL.reveal(),
      'postgresql://postgres:root@localhost:5432/tutorial',
    );
  }
});

test('the settings are frozen, and hold nothing that nobody asked for', () => {
  const settings = read({ PORT: '1', HOME: '/root' });
  assert.ok(Object.isFrozen(settings));
  assert.ok(!('HOME' in settings));
});

test('addresses with passwords stay hidden when the settings are printed', () => {
  const settings = read({
    DATABASE_URL: 'postgresql://u:hunter2@localhost/db',
    REDIS_URL: 'redis://:hunter2@localhost:6379',
    S3_SECRET_KEY: 'hunter2',
  });
  assert.doesNotMatch(`${JSON.stringify(settings)} ${inspect(settings)}`, /hunter2/);
});

const numbers: [text: string, value: number | null][] = [
  ['0', 0],
  ['65535', 65_535],
  ['65536', null],
  ['-1', null],
  ['1.5', null],
  ['1e3', null],
  ['0x50', null],
  [' 80', null],
  ['99999999999999999999', null],
];
for (const [text, value] of numbers) {
  test(`a port of "${text}" is ${value ?? 'refused'}`, () => {
    if (value === null) {
      assert.deepEqual(problemsOf({ PORT: text }), [
        'PORT: must be a whole number from 0 to 65535',
      ]);
    } else {
      assert.equal(read({ PORT: text }).PORT, value);
    }
  });
}

test('a flag is true or false and nothing else', () => {
  assert.equal(read({ ENABLED: 'false' }).ENABLED, false);
  assert.equal(read({ ENABLED: 'true' }).ENABLED, true);
  assert.deepEqual(problemsOf({ ENABLED: '1' }), ['ENABLED: must be true or false']);
});

test('Kafka servers are a list, and spaces around the commas do no harm', () => {
  const settings = read({ KAFKA_BOOTSTRAP_SERVERS: 'one:9092, two:9093' });
  assert.deepEqual(settings.KAFKA_BOOTSTRAP_SERVERS, ['one:9092', 'two:9093']);
});

test('Redis is named by its address, else by its host and port', () => {
  const byParts = fields.redisUrlOf(read({ REDIS_HOST: 'cache', REDIS_PORT: '7000' }));
  assert.equal(byParts.reveal(), 'redis://cache:7000');
  const byUrl = fields.redisUrlOf(read({ REDIS_URL: 'rediss://:x@cache/7', REDIS_HOST: 'other' }));
  assert.equal(byUrl.reveal(), 'rediss://:x@cache/7');
});

test('the sentinels of Redis stand in its address, as a list', () => {
  const good = { REDIS_URL: 'redis://:x@cinesync:6379/0?sentinels=one:26379,two:26379' };
  assert.equal(fields.redisUrlOf(read(good)).reveal(), good.REDIS_URL);
  assert.deepEqual(problemsOf({ REDIS_URL: 'redis://cinesync:6379?sentinels=one' }), [
    'REDIS_URL: must name its sentinels as host:port, several separated by commas',
  ]);
});
