// docs/getting-started.md, executed block by block on a clean copy of the checkout, with servers
// that are there already; and each first mistake, which says what to do.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createBucket } from './support/bucket.ts';
import { createDatabase } from './support/database.ts';
import { readBlocks, writeBlock } from './support/document-blocks.ts';
import { eventually } from './support/eventually.ts';
import { createTopicNamespace } from './support/kafka.ts';
import { type RunningProcess, startProcess } from './support/processes.ts';
import { createRedisDatabase } from './support/redis.ts';
import { suiteScope } from './support/scope.ts';
import { servers } from './support/servers.ts';

const checkout = fileURLToPath(new URL('../', import.meta.url));
const document = readFileSync(`${checkout}docs/getting-started.md`, 'utf8');
const notCopied = new Set(['node_modules', '.stack', '.git', '.env']);

describe('getting started', () => {
  const scope = suiteScope();
  let root: string;
  let env: Record<string, string>;
  let stack: RunningProcess | undefined;
  let apiUrl = '';

  before(async () => {
    root = mkdtempSync(join(tmpdir(), 'cinesync-start-'));
    scope.after(() => rmSync(root, { recursive: true, force: true }));
    cpSync(checkout, root, {
      preserveTimestamps: true,
      recursive: true,
      filter: (path) => !notCopied.has(relative(checkout, path).split('/')[0] ?? ''),
    });
    symlinkSync(join(checkout, 'node_modules'), join(root, 'node_modules'));
    const database = await createDatabase(scope, { migrated: false });
    const redis = await createRedisDatabase(scope);
    const bucket = await createBucket(scope);
    env = {
      ...servers(),
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      S3_BUCKET: bucket.name,
      TOPIC_NAMESPACE: createTopicNamespace(scope),
      NO_COLOR: '1',
    };
  });

  async function start(): Promise<void> {
    await stack?.stop();
    stack = startProcess(scope, { main: join(root, 'stack/launch.mjs'), args: ['start'], env });
    const running = stack;
    await eventually(
      () => {
        assert.ok(!running.hasEnded, running.otherOutput);
        return /ready in [\d.]+ s/.exec(running.otherOutput) ?? undefined;
      },
      { what: 'npm start to be ready', timeoutMs: 400_000 },
    );
    apiUrl = /API +(http:\S+)/.exec(running.otherOutput)?.[1] ?? '';
  }

  async function type(command: string) {
    const here = command.replace('http://127.0.0.1:8000', apiUrl);
    const { PATH = '', HOME = '' } = process.env;
    const options = { cwd: root, env: { PATH, HOME, ...env }, maxBuffer: 2 ** 24 };
    return await new Promise<{ code: number; output: string }>((resolve) => {
      const child = execFile('bash', ['-c', here], options, (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, output: stdout + stderr });
      });
      child.stdin?.end();
    });
  }

  async function typeUntil(command: string, expected: string | undefined): Promise<void> {
    await eventually(
      async () => {
        const { code, output } = await type(command);
        assert.equal(code, 0, `${command}\n${output}`);
        assert.ok(output.includes(expected ?? ''), `${command}\n${output}`);
        return true;
      },
      { what: `what the page says about: ${command}`, timeoutMs: 120_000 },
    );
  }

  test('works as it is written', async () => {
    for (const block of readBlocks(document)) {
      if (block.kind === 'write') {
        writeBlock(root, block);
      } else if (block.command === 'npm start') {
        await start();
      } else if (block.expect === undefined) {
        const { code, output } = await type(block.command);
        assert.equal(code, 0, `${block.command}\n${output}`);
      } else {
        await typeUntil(block.command, block.expect);
      }
    }
  });

  test('a wrong column: which there are', async () => {
    const { code, output } = await type('npx cinesync watch shop --resource shop --columns idd');
    assert.equal(code, 1);
    assert.match(output, /there is no column idd\n +Columns: id, name, open\./);
  });

  test('a wrong code: what a code looks like', async () => {
    const { output } = await type('curl -s http://127.0.0.1:8000/shops/first');
    assert.match(output, /"status":400.*must be a whole number, like 1/);
    const explained = await type('npx cinesync explain shop first');
    assert.equal(explained.code, 2);
    assert.match(explained.output, /"first" is no code of shop/);
  });

  test('a line forgotten in the registry, or among the loaders: which', async () => {
    await stack?.stop();
    const registry = join(root, 'contract/resources.ts');
    cpSync(join(checkout, 'contract/resources.ts'), registry);
    const api = await type('PORT=0 npx cinesync api');
    assert.notEqual(api.code, 0);
    assert.match(api.output, /there is no cached resource "shop": add its line to cachedResources/);
    for (const block of readBlocks(document)) {
      if (block.kind === 'write' && block.file === 'contract/resources.ts') {
        writeBlock(root, block);
      }
    }
    cpSync(
      join(checkout, 'cache/loaders/entry-loaders.ts'),
      join(root, 'cache/loaders/entry-loaders.ts'),
    );
    const types = await type('npx tsc --noEmit');
    assert.notEqual(types.code, 0);
    assert.match(types.output, /Property 'shop' is missing/);
  });
});
