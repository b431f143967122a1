// The entry of every npm script and of `cinesync`. It needs no package: it checks the Node version,
// installs packages that are missing or out of date, reads the env files, goes on in TypeScript.
// Plain old JavaScript until the version is known, so that an old Node can say what is wrong.

import { spawnSync } from 'child_process';
import { existsSync, readFileSync, statSync, utimesSync } from 'fs';
import { dirname, join } from 'path';
import { fileURLToPath, pathToFileURL } from 'url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const nodeMin = [20, 19];
const withoutTsx = [22, 18];

// What starts servers must not take an earlier run's addresses for the person's own. Tests take no
// address from a file at all, so that they never write to a database that somebody works with.
const commands = {
  api: { main: 'api/main.ts', env: ['.env', '.stack/env'] },
  auditor: { main: 'workers/auditor/main.ts', env: ['.env', '.stack/env'] },
  bench: { main: 'bench/main.ts', env: [] },
  check: { main: 'stack/check.ts', env: [] },
  cinesync: { main: 'cli/main.ts', env: ['.env', '.stack/env'] },
  cleaner: { main: 'workers/cleaner/main.ts', env: ['.env', '.stack/env'] },
  faults: { main: 'test/faults/main.ts', env: [] },
  fuzz: { main: 'stack/fuzz.ts', env: ['.env', '.stack/env'] },
  listener: { main: 'workers/listener/main.ts', env: ['.env', '.stack/env'] },
  migrate: { main: 'sql/migrate-main.ts', env: ['.env', '.stack/env'] },
  mutants: { main: 'test/mutants/main.ts', env: [] },
  seed: { main: 'sql/seed/main.ts', env: ['.env', '.stack/env'] },
  sql: { main: 'stack/sql.ts', env: ['.env', '.stack/env'] },
  stack: { main: 'stack/stack.ts', env: ['.env'] },
  'stack:minio': { main: 'stack/build-minio.ts', env: ['.env'] },
  start: { main: 'stack/start.ts', env: ['.env'] },
  token: { main: 'stack/token.ts', env: ['.env', '.stack/env'] },
  test: { main: 'stack/test.ts', env: [] },
};

function isNodeAtLeast(wanted) {
  const parts = process.versions.node.split('.').map(Number);
  return parts[0] > wanted[0] || (parts[0] === wanted[0] && parts[1] >= wanted[1]);
}

function fail(message, code) {
  process.stderr.write(message + '\n');
  process.exit(code);
}

function modifiedAt(file) {
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}

function installPackages() {
  const lock = join(root, 'package-lock.json');
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (modifiedAt(installed) >= modifiedAt(lock)) return;
  const first = !existsSync(installed);
  const words = first ? ['ci'] : ['install', '--no-save'];
  // What a script reads must be what the command says, and nothing else.
  process.stderr.write(
    first
      ? 'Installing the packages (npm ci). The first time takes a minute or less.\n'
      : 'The packages are older than package-lock.json: updating them (npm install).\n',
  );
  const env = Object.assign({}, process.env, { SCARF_ANALYTICS: 'false' });
  // Through npm's own script when npm started us, as `npm` may be a shell wrapper elsewhere.
  const npm = process.env.npm_execpath;
  const ran = npm
    ? spawnSync(process.execPath, [npm].concat(words), { cwd: root, env: env, stdio: 'inherit' })
    : spawnSync('npm', words, { cwd: root, env: env, stdio: 'inherit' });
  if (ran.status !== 0) {
    fail('The packages could not be installed (see above). Try it by hand:\n  npm ci', 1);
  }
  const now = new Date();
  if (existsSync(installed)) utimesSync(installed, now, now);
}

/** Per variable: the environment wins, then .env, then .stack/env. */
function loadEnvFiles(dotenv, files) {
  for (const file of files) {
    const path = join(root, file);
    if (!existsSync(path)) continue;
    const values = dotenv.parse(readFileSync(path));
    for (const name of Object.keys(values)) {
      if (process.env[name] === undefined) process.env[name] = values[name];
    }
  }
}

async function run(command) {
  installPackages();
  const { default: dotenv } = await import('dotenv');
  loadEnvFiles(dotenv, command.env);
  if (!isNodeAtLeast(withoutTsx)) {
    const tsx = await import('tsx/esm/api');
    tsx.register();
  }
  const main = join(root, command.main);
  if (!existsSync(main)) fail(command.main + ' is not in this checkout.', 1);
  process.argv = [process.argv[0], main].concat(process.argv.slice(3));
  const loaded = await import(pathToFileURL(main).href);
  // The processes run by being imported; the stack's own commands give their exit code.
  if (typeof loaded.main === 'function') process.exit(await loaded.main());
}

const name = process.argv[2];
const command = Object.prototype.hasOwnProperty.call(commands, name) ? commands[name] : undefined;
if (!isNodeAtLeast(nodeMin)) {
  fail(
    'CineSync needs Node ' +
      nodeMin.join('.') +
      ' or later; this is ' +
      process.versions.node +
      '. Install Node 24 (https://nodejs.org, or: nvm install 24).',
    1,
  );
} else if (command === undefined) {
  fail('Usage: npm run ' + Object.keys(commands).join('|'), 2);
} else {
  run(command).catch((error) => {
    const forPeople = error instanceof Error && error.code === 'stack';
    fail(forPeople ? error.message : (error && error.stack) || String(error), 1);
  });
}
