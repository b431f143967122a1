// The Dockerfile and .dockerignore, read as a builder would: there may be none where this runs.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { closure, importsOf } from './tidy/import-graph.ts';
import { readSourceTree } from './tidy/source-tree.ts';

const files = readSourceTree();

function textOf(path: string): string {
  const file = files.find((candidate) => candidate.path === path);
  assert.ok(file, `${path} is there`);
  return file.text;
}

/** One instruction per line, comments gone. */
const instructions = textOf('Dockerfile')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '');

const stageOf = (instruction: string) =>
  instructions
    .slice(0, instructions.indexOf(instruction) + 1)
    .filter((line) => line.startsWith('FROM ')).length;

function instruction(pattern: RegExp): string {
  const found = instructions.filter((line) => pattern.test(line));
  assert.equal(found.length, 1, `one instruction is like ${pattern}`);
  return found[0] ?? '';
}

/** Whether the last pattern of .dockerignore that a path matches lets it in. */
function isInContext(path: string): boolean {
  const rules = textOf('.dockerignore')
    .split('\n')
    .filter((line) => /^[^#]/.test(line));
  return rules.reduce((isIn, rule) => {
    const isException = rule.startsWith('!');
    return matches(rule.replace(/^!/, ''), path) ? isException : isIn;
  }, true);
}

function matches(pattern: string, path: string): boolean {
  const source = pattern
    .replace(/\/$/, '')
    .replaceAll('.', '\\.')
    .replace(/\*\*\/|\*/g, (stars) => (stars === '*' ? '[^/]*' : '(?:.*/)?'));
  return new RegExp(`^${source}(/.*)?$`).test(path);
}

test('builds both stages on the same exact release of the Node version in .nvmrc', () => {
  const images = instructions.flatMap((line) => /^FROM (\S+)/.exec(line)?.[1] ?? []);
  assert.equal(images.length, 2);
  assert.equal(new Set(images).size, 1);
  const major = textOf('.nvmrc').trim();
  assert.match(images[0] ?? '', new RegExp(`^node:${major}\\.\\d+\\.\\d+-\\w+-slim$`));
});

test('installs exactly the packages of the lock file, in a stage that is thrown away', () => {
  const install = instruction(/^RUN npm/);
  assert.match(install, /npm ci --omit=dev --ignore-scripts/);
  assert.equal(stageOf(install), 1);
  const manifests = /^COPY package\.json package-lock\.json \.npmrc /;
  assert.equal(stageOf(instruction(manifests)), 1);
});

test('runs as an ordinary user who does not own the files', () => {
  const user = instruction(/^USER /);
  assert.equal(user, 'USER node');
  assert.ok(instructions.indexOf(user) < instructions.indexOf(instruction(/^CMD /)));
  assert.ok(instructions.indexOf(user) > instructions.indexOf('COPY . .'));
  assert.ok(!textOf('Dockerfile').includes('--chown'));
});

test('calls a container healthy when the process says that it is ready', async (t) => {
  const [, words = ''] = /CMD (\[.*\])$/.exec(instruction(/^HEALTHCHECK /)) ?? [];
  const [program, flag = '', code = ''] = z.array(z.string()).parse(JSON.parse(words));
  assert.equal(program, 'node');
  let status = 200;
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/readyz' ? status : 404).end();
  });
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const exitCode = async (env: Record<string, string>) => {
    const [exit] = await once(spawn(process.execPath, [flag, code], { env }), 'exit');
    return exit;
  };
  assert.equal(await exitCode({ PORT: `${address.port}` }), 0);
  assert.equal(await exitCode({ PORT: '1', HEALTH_PORT: `${address.port}` }), 0);
  assert.equal(await exitCode({ PORT: '1' }), 1);
  status = 503;
  assert.equal(await exitCode({ PORT: `${address.port}` }), 1);
});

test('holds every file that a process loads', () => {
  const { services } = z
    .object({
      services: z.record(z.string(), z.object({ command: z.array(z.string()).optional() })),
    })
    .parse(parse(textOf('docker-compose.yml'), { merge: true }));
  const mains = Object.values(services).flatMap(({ command }) =>
    command?.[0] === 'node' ? (command[1] ?? []) : [],
  );
  assert.equal(mains.length, 6);
  const byPath = new Map(files.map((file) => [file.path, file]));
  const loaded = closure(mains, (path) => {
    const file = byPath.get(path);
    return file ? importsOf(file).flatMap(({ target }) => target ?? []) : [];
  });
  const migrations = files
    .map(({ path }) => path)
    .filter((path) => path.startsWith('sql/migrations/'));
  assert.ok(loaded.size > 30 && migrations.length > 0);
  for (const path of [...loaded, ...migrations, 'sql/seed/test.jpg', 'package.json']) {
    assert.ok(isInContext(path), `${path} is in the image`);
  }
});

test('holds no tests, no tools, nothing local and no secret', () => {
  const outside = [
    '.env',
    '.env.example',
    '.git/config',
    '.stack/env',
    'README.md',
    'api/app.log',
    'cache/lease.test.ts',
    'cache/lease.server.test.ts',
    'node_modules/pg/package.json',
    'stack/start.ts',
    'test/support/database.ts',
  ];
  assert.deepEqual(outside.filter(isInContext), []);
});

test('loads only packages that are installed without the development ones', () => {
  const { dependencies } = z
    .object({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(textOf('package.json')));
  const inImage = files.filter(({ path }) => path.endsWith('.ts') && isInContext(path));
  const packages = inImage
    .flatMap(importsOf)
    .filter(({ target, specifier }) => target === undefined && !specifier.startsWith('node:'))
    .map(({ specifier }) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier);
  assert.ok(packages.includes('express') && packages.includes('zod'));
  assert.deepEqual(
    packages.filter((name) => !(name in dependencies)),
    [],
  );
});
