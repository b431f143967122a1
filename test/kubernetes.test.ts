// deploy/kubernetes: valid for Kubernetes, and in step with the code in every variable and port.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { topicDefinitions } from '../contract/topics.ts';
import { kubeconform } from './support/kubeconform.ts';
import { documentedSettings, settingsReadBy } from './tidy/setting-names.ts';
import { readSourceTree } from './tidy/source-tree.ts';

const folder = fileURLToPath(new URL('../deploy/kubernetes/', import.meta.url));
const example = 'secret.example.yaml';
const names = readdirSync(folder).filter((name) => name !== 'kustomization.yaml');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const envVariable = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.object({ secretKeyRef: z.object({ name: z.string(), key: z.string() }) }).optional(),
});
const container = z.object({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()),
  envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })),
  env: z.array(envVariable),
  ports: z.array(z.object({ name: z.string(), containerPort: z.int() })).default([]),
  startupProbe: probe.optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  resources: z.object({ requests: z.object({ cpu: z.string(), memory: z.string() }) }),
  securityContext: z.object({
    allowPrivilegeEscalation: z.boolean(),
    readOnlyRootFilesystem: z.boolean(),
    capabilities: z.object({ drop: z.array(z.string()) }),
  }),
});
const workload = z.object({
  kind: z.enum(['Deployment', 'Job']),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    replicas: z.int().optional(),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({
        automountServiceAccountToken: z.boolean(),
        securityContext: z.object({ runAsNonRoot: z.boolean(), runAsUser: z.int() }),
        containers: z.array(container).length(1),
      }),
    }),
  }),
});

const documents = names.flatMap((name) =>
  parseAllDocuments(read(name)).map((one) => one.toJS() as { kind: string; data?: object }),
);
const workloads = documents
  .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
  .map((document) => {
    const { metadata, spec } = workload.parse(document);
    const [first] = spec.template.spec.containers;
    assert.ok(first);
    return { name: metadata.name, spec, pod: spec.template.spec, container: first };
  });
const settings = documents.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
const secretKeys = Object.keys((parse(read(example)) as { stringData: object }).stringData);
const files = readSourceTree();

/** What a process reads, by the schema of its own settings.ts. */
function settingsOf({ command }: z.output<typeof container>): string[] {
  const [program, main = ''] = command;
  assert.equal(program, 'node');
  assert.ok(
    files.some(({ path }) => path === main),
    `${main} exists`,
  );
  return settingsReadBy(main.replace(/[^/]+$/, 'settings.ts'), files);
}

test('kubeconform finds nothing, and would find a mistake', async (t) => {
  const copy = mkdtempSync(join(tmpdir(), 'kubernetes-'));
  t.after(() => rmSync(copy, { recursive: true }));
  for (const name of names) writeFileSync(join(copy, name), read(name));
  await kubeconform(copy);
  writeFileSync(join(copy, 'api.yaml'), read('api.yaml').replace('maxReplicas:', 'maxReplica:'));
  await assert.rejects(kubeconform(copy), /maxReplica/);
});

test('kustomize is given every file, except the example of secrets', () => {
  const { resources } = parse(read('kustomization.yaml')) as { resources: string[] };
  assert.deepEqual(
    resources.toSorted(),
    names.filter((name) => name !== example),
  );
});

test('runs every process, without privileges and on a file system nobody can write to', () => {
  assert.deepEqual(
    workloads.map(({ name }) => name).toSorted(),
    ['api', 'auditor', 'cleaner', 'listener', 'migrate'].map((name) => `cinesync-${name}`),
  );
  for (const { name, pod, container: own } of workloads) {
    assert.ok(pod.securityContext.runAsNonRoot && pod.securityContext.runAsUser > 0, name);
    assert.equal(pod.automountServiceAccountToken, false, name);
    assert.equal(own.image, 'cinesync', name);
    assert.deepEqual(
      own.securityContext,
      {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      name,
    );
  }
});

test('every setting is one that the code reads and .env.example explains', () => {
  const documented = documentedSettings(files);
  const readBySome = new Set(workloads.flatMap(({ container: own }) => settingsOf(own)));
  for (const name of Object.keys(settings)) {
    assert.ok(readBySome.has(name), `${name} is read`);
    assert.ok(documented.includes(name), `${name} is in .env.example`);
  }
  for (const { name, container: own } of workloads) {
    const reads = settingsOf(own);
    for (const variable of own.env) {
      assert.ok(reads.includes(variable.name), `${name} reads ${variable.name}`);
    }
  }
});

test('every process is given the secrets that it reads, by a key of the example', () => {
  const secrets = ['DATABASE_URL', 'LISTENER_DATABASE_URL', 'REDIS_URL'];
  const all = [...secrets, 'S3_ACCESS_KEY', 'S3_SECRET_KEY', 'JWT_SECRET'];
  const used = new Set<string>();
  for (const { name, container: own } of workloads) {
    const given = own.env.flatMap(({ name: variable, valueFrom }) => {
      if (valueFrom === undefined) return [];
      assert.equal(valueFrom.secretKeyRef.name, 'cinesync', name);
      used.add(valueFrom.secretKeyRef.key);
      return [variable];
    });
    const wanted = settingsOf(own).filter((setting) => all.includes(setting));
    assert.deepEqual(given.toSorted(), wanted.toSorted(), name);
  }
  assert.deepEqual([...used].toSorted(), secretKeys.toSorted());
});

test('ports are those of the code, and probes ask where it answers', () => {
  for (const { name, container: own } of workloads) {
    const [port] = own.ports;
    if (name === 'cinesync-migrate') {
      assert.equal(port, undefined);
      continue;
    }
    const main = own.command[1] ?? '';
    const parser = files.find(({ path }) => path === main.replace(/[^/]+$/, 'settings.ts'));
    const [, variable, usual] =
      /(PORT|HEALTH_PORT): (?:fields\.)?port\((\d+)\)/.exec(parser?.text ?? '') ?? [];
    assert.deepEqual([port?.name, String(port?.containerPort)], ['http', usual], name);
    assert.equal(own.env.find((one) => one.name === variable)?.value, usual, name);
    for (const [asked, path] of [
      [own.startupProbe, '/livez'],
      [own.livenessProbe, '/livez'],
      [own.readinessProbe, '/readyz'],
    ] as const) {
      assert.deepEqual(asked?.httpGet, { path, port: 'http' }, name);
    }
  }
});

test('there are two listeners, and as many cleaners as a topic has partitions', () => {
  const replicas = new Map(workloads.map(({ name, spec }) => [name, spec.replicas]));
  assert.equal(replicas.get('cinesync-listener'), 2);
  const partitions = topicDefinitions('').map(({ partitionCount }) => partitionCount);
  assert.equal(replicas.get('cinesync-cleaner'), Math.max(...partitions));
});

test('what may be evicted at once leaves somebody who works', () => {
  const budgets = documents.filter(({ kind }) => kind === 'PodDisruptionBudget') as unknown as {
    spec: { minAvailable?: number; maxUnavailable?: number; selector: { matchLabels: object } };
  }[];
  const parts = budgets.map(({ spec }) => spec.selector.matchLabels);
  assert.deepEqual(
    parts.map((labels) => ('part' in labels ? labels.part : '')),
    ['api', 'cleaner', 'listener'],
  );
  const scaler = documents.find(({ kind }) => kind === 'HorizontalPodAutoscaler');
  const { minReplicas } = (scaler as unknown as { spec: { minReplicas: number } }).spec;
  assert.ok(minReplicas > (budgets[0]?.spec.minAvailable ?? 0));
});
