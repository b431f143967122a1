// What is released: only what runs, made from parts that are known and whose licences allow it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../', import.meta.url));

async function npm(...words: string[]): Promise<unknown> {
  const options = { cwd: root, maxBuffer: 2 ** 26 };
  return JSON.parse((await promisify(execFile)('npm', words, options)).stdout);
}

interface Manifest {
  version: string;
  private: boolean;
  dependencies: Record<string, string>;
}

const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest;

test('the package holds what runs, and nothing else', async () => {
  const [packed] = (await npm('pack', '--dry-run', '--json', '--ignore-scripts')) as {
    files: { path: string }[];
  }[];
  const paths = (packed?.files ?? []).map(({ path }) => path);
  for (const needed of [
    'cli/cinesync.mjs',
    'stack/launch.mjs',
    'api/main.ts',
    'sql/migrations/0016_capture_source.sql',
    'workers/listener/main.ts',
    'docs/getting-started.md',
    'deploy/prometheus/rules.yml',
    'docker-compose.yml',
    '.env.example',
    'LICENSE',
  ]) {
    assert.ok(paths.includes(needed), `${needed} is packed`);
  }
  const unwanted = paths.filter((path) =>
    /\.test\.ts$|^(test|bench|node_modules|\.stack|\.git|\.ci)\/|(^|\/)\.env$|\.log$/.test(path),
  );
  assert.deepEqual(unwanted, []);
  assert.equal(manifest.private, true, 'docs/releasing.md says why');
});

test('the version is semver, and the changelog has a place for what comes', () => {
  assert.match(manifest.version, /^\d+\.\d+\.\d+(-[0-9a-z.-]+)?$/);
  assert.match(readFileSync(`${root}CHANGELOG.md`, 'utf8'), /^## Unreleased$/m);
});

test('the list of parts names every package that the code asks for', async () => {
  const sbom = (await npm('sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev')) as {
    bomFormat: string;
    components: { name: string; version: string; group?: string }[];
  };
  assert.equal(sbom.bomFormat, 'CycloneDX');
  const parts = new Set(sbom.components.map(({ name, version }) => `${name}@${version}`));
  const missing = Object.entries(manifest.dependencies)
    .map(([name, version]) => `${name}@${version}`)
    .filter((part) => !parts.has(part));
  assert.deepEqual(missing, []);
});

const allowed = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  // Data, not code: loaded by `seed` to translate country codes, and in no image.
  'ODbL-1.0',
];

interface LockedPackage {
  version: string;
  license?: string;
  dev?: boolean;
}

/** Packages that say it in their package.json in another way than npm reads. */
const saidElsewhere: Record<string, string> = { 'world-countries': 'ODbL-1.0' };

test('the licences of all parts are listed, and allow what we do', () => {
  const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const rows = Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, { version, license }]) => {
      const name = path.replace(/^.*node_modules\//, '');
      return { name, version, licence: license ?? saidElsewhere[name] ?? 'unknown' };
    });
  const forbidden = rows.filter(({ licence }) => !allowed.includes(licence));
  assert.deepEqual(forbidden, []);
  const lines = rows.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`);
  const text = `# Licences

Of every package that runs in production, made from the lock file by a test, which also holds
each to the licences that we allow. Anew: \`UPDATE_DOCS=true npm test -- test/packages.test.ts\`.
CineSync itself is MIT.

| package | version | licence |
|---|---|---|
${[...new Set(lines)].toSorted().join('\n')}
`;
  const file = `${root}docs/licences.md`;
  if (process.env.UPDATE_DOCS === 'true') {
    writeFileSync(file, text);
  }
  assert.equal(readFileSync(file, 'utf8'), text);
});
