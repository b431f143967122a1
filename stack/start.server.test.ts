// `npm start` as a newcomer meets it, in a copy of the checkout, on the servers of this test run.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { createDatabase } from '../test/support/database.ts';
import { eventually } from '../test/support/eventually.ts';
import { createTopicNamespace } from '../test/support/kafka.ts';
import type { TestScope } from '../test/support/processes.ts';
import { createRedisDatabase } from '../test/support/redis.ts';
import { suiteScope } from '../test/support/scope.ts';
import { servers } from '../test/support/servers.ts';
import { type Child, startChild } from './child.ts';
import { checkout, makePlaces, placesOf } from './places.ts';
import { freePort } from './ports.ts';
import { identify } from './process-identity.ts';

const copied = [
  'api',
  'cache',
  'contract',
  'observe',
  'package.json',
  'platform',
  'sql',
  'stack',
  'workers',
];

describe('npm start', () => {
  const scope = suiteScope();
  const lines: string[] = [];
  let root: string;
  let env: NodeJS.ProcessEnv;
  let starting: Child;

  before(async () => {
    env = await isolatedEnvironment(scope);
    root = copyCheckout(scope);
    starting = await launch({ root, env, words: ['start'], onLine: (text) => lines.push(text) });
    scope.after(() => starting.kill());
    await line(/^ready in [\d.]+ s$/, 'everything to be ready');
  });

  const line = (pattern: RegExp, what: string): Promise<string> =>
    eventually(() => lines.find((text) => pattern.test(text)), { what, timeoutMs: 120_000 });
  const api = async (): Promise<string> => {
    const text = await line(/^ {2}curl /, 'the walkthrough');
    return text.trim().split(' ')[1] ?? '';
  };
  const sql = async (statement: string): Promise<void> => {
    const words = ['sql', statement];
    const child = await launch({ root, words, env: {}, onLine: () => undefined });
    assert.deepEqual(await child.exited, { code: 0, signal: null });
  };

  test('uses the servers that are named and says where its own processes listen', () => {
    for (const name of ['postgres', 'kafka', 'redis', 'object-store']) {
      assert.ok(lines.some((text) => new RegExp(`^${name} +not started: .* names`).test(text)));
    }
    for (const name of ['api', 'auditor', 'cleaner', 'listener']) {
      assert.ok(lines.some((text) => new RegExp(`^${name} +ready on 127\\.0\\.0\\.1:`).test(text)));
    }
  });

  test('its walkthrough shows the new row', async () => {
    const city = await api();
    const dobric = async (): Promise<number | undefined> => {
      const { data } = (await (await fetch(city)).json()) as {
        data: { name: string; population: number }[];
      };
      return data.find(({ name }) => name === 'Dobric')?.population;
    };
    assert.equal(await dobric(), 111_001);
    await sql(`UPDATE city SET population = 999999 WHERE name = 'Dobric'`);
    await eventually(async () => ((await dobric()) === 999_999 ? true : undefined), {
      what: 'the new row',
    });
  });

  test('the token that it prints may write, and is in no log file', async () => {
    const text = await line(/^ {2}TOKEN=/, 'a token');
    const token = text.trim().slice('TOKEN='.length);
    const genres = new URL('/genres', await api());
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'Of the walkthrough' });
    assert.equal((await fetch(genres, { method: 'POST', headers, body })).status, 201);
    const secret = readFileSync(join(root, '.stack/jwt-secret'), 'utf8');
    assert.equal(statSync(join(root, '.stack/jwt-secret')).mode & 0o777, 0o600);
    const logs = join(root, '.stack/logs');
    for (const file of readdirSync(logs)) {
      const log = readFileSync(join(logs, file), 'utf8');
      assert.ok(!log.includes(token) && !log.includes(secret), file);
    }
  });

  test('a second one in the same checkout says what runs, and how to stop it', async () => {
    const said: string[] = [];
    const onLine = (text: string): void => void said.push(text);
    const second = await launch({ root, env, words: ['start'], onLine });
    assert.equal((await second.exited).code, 1);
    assert.match(said.join('\n'), new RegExp(`already runs .*${starting.pid}(.|\n)*kill`));
  });

  test('starts a killed process again, and says so', async () => {
    process.kill(processIds(root).listener ?? 0, 'SIGKILL');
    await line(/^listener ended \(signal SIGKILL\); starting it again/, 'the end of the listener');
    await line(/^listener runs again/, 'the listener');
  });

  test('stops everything in order and ends well, with no process left', async () => {
    await line(/process\.started.*/, 'a log line');
    const ids = Object.values(processIds(root));
    assert.equal(ids.length, 4);
    process.kill(starting.pid, 'SIGINT');
    assert.deepEqual(await starting.exited, { code: 0, signal: null });
    const stops = lines.filter((text) => text.startsWith('Stopping the '));
    assert.deepEqual(stops, [
      'Stopping the listener.',
      'Stopping the cleaner.',
      'Stopping the api.',
      'Stopping the auditor.',
    ]);
    for (const pid of ids) assert.equal(identify(pid), undefined);
    assert.ok(!existsSync(join(root, '.stack/env')), 'nothing runs at these addresses any more');
  });
});

function copyCheckout(scope: TestScope): string {
  const root = mkdtempSync(join(tmpdir(), 'cinesync-start-'));
  scope.after(() => rmSync(root, { recursive: true }));
  for (const name of copied) {
    cpSync(join(checkout, name), join(root, name), { recursive: true });
  }
  symlinkSync(join(checkout, 'node_modules'), join(root, 'node_modules'));
  return root;
}

async function isolatedEnvironment(scope: TestScope): Promise<NodeJS.ProcessEnv> {
  const database = await createDatabase(scope, { migrated: false });
  return {
    ...servers(),
    DATABASE_URL: database.url,
    REDIS_URL: (await createRedisDatabase(scope)).url,
    TOPIC_NAMESPACE: createTopicNamespace(scope),
    S3_BUCKET: `start-${randomUUID()}`,
    PORT: String(await freePort()),
  };
}

interface LaunchOptions {
  readonly root: string;
  readonly words: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  onLine(line: string): void;
}

function launch({ root, words, env, onLine }: LaunchOptions): Promise<Child> {
  const { PATH, HOME } = process.env;
  const places = placesOf('caller', root);
  makePlaces(places);
  return startChild({
    name: words[0] ?? '',
    command: process.execPath,
    args: ['stack/launch.mjs', ...words],
    env: { PATH, HOME, ...env },
    cwd: root,
    output: { onLine },
    stopSignal: 'SIGINT',
    stopTimeoutMs: 30_000,
    run: places.run,
  });
}

/** Of the processes that run under `npm start`, by name. */
function processIds(root: string): Record<string, number> {
  const folder = join(root, '.stack/run');
  const notes = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return Object.fromEntries(
    notes.map((name) => {
      const note = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
        name: string;
        pid: number;
      };
      return [note.name, note.pid];
    }),
  );
}
