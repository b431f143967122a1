// docker-compose.yml, read as a container engine would: there may be none where this runs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { documentedSettings, settingsOfCompose, settingsReadBy } from './tidy/setting-names.ts';
import { readSourceTree } from './tidy/source-tree.ts';

const serviceSchema = z.object({
  image: z.string(),
  build: z.string().optional(),
  container_name: z.string().optional(),
  command: z.array(z.string()).optional(),
  profiles: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.union([z.string(), z.number()]).nullable()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z
    .object({ test: z.array(z.string()).optional(), disable: z.boolean().default(false) })
    .optional(),
  deploy: z.object({ replicas: z.int() }).optional(),
  restart: z.string().optional(),
  user: z.string().optional(),
  read_only: z.boolean().default(false),
  init: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
});

const composeSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.unknown()),
});

const files = readSourceTree();
const text = files.find(({ path }) => path === 'docker-compose.yml')?.text ?? '';
const { services, volumes } = composeSchema.parse(parse(text, { merge: true }));
const all = Object.entries(services);
const ours = all.filter(([, service]) => service.build !== undefined);
const servers = all.filter(([, service]) => service.build === undefined);
const runsOnce = ({ restart }: { restart?: string | undefined }) => restart === 'no';

function serviceNamed(name: string): z.output<typeof serviceSchema> {
  const service = services[name];
  assert.ok(service, `there is a service ${name}`);
  return service;
}

test('starts the four servers, and the application only when asked', () => {
  const started = (profile?: string) =>
    all
      .filter(([, { profiles }]) => profiles.length === 0 || profiles.includes(profile ?? ''))
      .map(([name]) => name)
      .toSorted();
  assert.deepEqual(started(), ['kafka', 'minio', 'postgres', 'redis']);
  assert.deepEqual(
    started('app'),
    [...started(), 'api', 'auditor', 'cleaner', 'listener', 'migrate'].toSorted(),
  );
  assert.equal(serviceNamed('listener').deploy?.replicas, 2);
  assert.equal(serviceNamed('cleaner').deploy?.replicas, 2);
  assert.equal(serviceNamed('postgres').container_name, 'postgres-tutorial');
});

test('pins every image to one release', () => {
  for (const [name, { image }] of servers) {
    assert.match(image, /:(v?\d+\.\d+(\.\d+)?|RELEASE\.[\dT-]+Z)(-[\w.]+)?$/, name);
  }
  assert.match(serviceNamed('postgres').image, /^postgres:18\./);
  assert.match(serviceNamed('kafka').image, /^apache\/kafka:4\.1\./);
  assert.match(serviceNamed('redis').image, /^redis:7\./);
  assert.match(serviceNamed('minio').image, /^quay\.io\/minio\/minio:/);
});

test('publishes nothing beyond this machine, and the usual ports', () => {
  const published = all.flatMap(([name, { ports }]) => ports.map((port) => `${name} ${port}`));
  assert.deepEqual(published, [
    'postgres 127.0.0.1:5432:5432',
    'kafka 127.0.0.1:9092:9092',
    'redis 127.0.0.1:6379:6379',
    'minio 127.0.0.1:9000:9000',
    'minio 127.0.0.1:9001:9001',
    'api 127.0.0.1:${PORT:-8000}:8000',
  ]);
});

test('checks the health of all that stays', () => {
  const dockerfile = files.find(({ path }) => path === 'Dockerfile')?.text ?? '';
  assert.match(dockerfile, /^HEALTHCHECK /m);
  for (const [name, { healthcheck, build, restart }] of all) {
    if (runsOnce({ restart })) {
      assert.ok(healthcheck?.disable, `${name} ends, and has no health`);
    } else if (build === undefined) {
      assert.ok(healthcheck?.test, `${name} has a health check`);
    } else {
      assert.equal(healthcheck, undefined, `${name} has the health check of the Dockerfile`);
    }
  }
});

test('waits for what has to be there first, by a condition that it can meet', () => {
  for (const [name, { depends_on, profiles }] of all) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const dependency = serviceNamed(other);
      const wanted = runsOnce(dependency) ? 'service_completed_successfully' : 'service_healthy';
      assert.equal(condition, wanted, `${name} waits for ${other}`);
      // Compose refuses a dependency that the profile leaves out.
      const isStarted = dependency.profiles.length === 0;
      assert.ok(isStarted || profiles.every((profile) => dependency.profiles.includes(profile)));
    }
  }
  for (const name of ['api', 'listener', 'cleaner', 'auditor', 'seed']) {
    assert.ok(serviceNamed(name).depends_on.migrate, `${name} waits for migrate`);
  }
});

test('runs our own containers without privileges and on a file system nobody can write to', () => {
  assert.equal(ours.length, 6);
  for (const [name, service] of ours) {
    assert.equal(service.image, 'cinesync:local', name);
    assert.equal(service.user, 'node', name);
    assert.ok(service.read_only && service.init, name);
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    assert.deepEqual(service.volumes, [], name);
  }
});

test('hands each process the settings that it reads, and no others', () => {
  // REDIS_URL is enough; a login of its own for the listener is for those who made one.
  const leftOut = ['LISTENER_DATABASE_URL', 'REDIS_HOST', 'REDIS_PORT'];
  for (const [name, { command = [], environment }] of ours) {
    const [program, main = ''] = command;
    assert.equal(program, 'node', name);
    assert.ok(
      files.some(({ path }) => path === main),
      `${main} exists`,
    );
    const parser = main.replace(/[^/]+$/, 'settings.ts');
    const read = settingsReadBy(parser, files).filter((setting) => !leftOut.includes(setting));
    assert.ok(read.length > 0, parser);
    assert.deepEqual(Object.keys(environment).toSorted(), read, name);
  }
});

test('uses only variables that .env.example explains, with the defaults of the code', () => {
  const documented = documentedSettings(files);
  for (const name of settingsOfCompose(files)) {
    assert.ok(documented.includes(name), `${name} is in .env.example`);
  }
  const fields = files.find(({ path }) => path === 'platform/setting-fields.ts')?.text ?? '';
  assert.match(fields, /postgresql:\/\/postgres:root@localhost:5432\/tutorial/);
  const { DATABASE_URL } = serviceNamed('api').environment;
  assert.equal(
    DATABASE_URL,
    'postgresql://postgres:${POSTGRES_PASSWORD:-root}@postgres:5432/tutorial',
  );
  for (const name of ['S3_ACCESS_KEY', 'S3_SECRET_KEY']) {
    assert.equal(serviceNamed('api').environment[name], `\${${name}:-minioadmin}`);
  }
  assert.equal(fields.match(/'minioadmin'/g)?.length, 2);
});

test('gives Kafka one address for this machine and one for the containers', () => {
  const { KAFKA_ADVERTISED_LISTENERS: advertised = '', KAFKA_LISTENERS: listeners = '' } =
    serviceNamed('kafka').environment;
  const { KAFKA_BOOTSTRAP_SERVERS: inside } = serviceNamed('listener').environment;
  assert.equal(advertised, `HOST://localhost:9092,CONTAINERS://${inside}`);
  assert.match(String(listeners), /^HOST:\/\/:9092,.*CONTAINERS:\/\/:19092$/);
});

test('sets of Kafka what the application relies on', () => {
  const { environment } = serviceNamed('kafka');
  assert.equal(environment.KAFKA_AUTO_CREATE_TOPICS_ENABLE, 'false');
  assert.equal(environment.KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS, 0);
  assert.equal(environment.KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR, 1);
  assert.equal(environment.KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR, 1);
  assert.equal(environment.KAFKA_TRANSACTION_STATE_LOG_MIN_ISR, 1);
  assert.equal(Buffer.from(String(environment.CLUSTER_ID), 'base64url').length, 16);
});

test('keeps in volumes what must outlive a container, and only that', () => {
  const used = all.flatMap(([, service]) =>
    service.volumes.map((volume) => volume.replace(/:.*/, '')),
  );
  assert.deepEqual(used.toSorted(), Object.keys(volumes).toSorted());
  assert.deepEqual(serviceNamed('postgres').volumes, ['postgres-data:/var/lib/postgresql']);
  assert.deepEqual(serviceNamed('redis').command, [
    'redis-server',
    '--save',
    '',
    '--appendonly',
    'no',
  ]);
});
