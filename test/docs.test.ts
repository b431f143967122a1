// The documents name only commands that exist, and those that can be typed against any installation
// are typed here.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createBucket } from './support/bucket.ts';
import { settingsOf, typeCinesync } from './support/cinesync.ts';
import { eventually } from './support/eventually.ts';
import { readBlocks } from './support/document-blocks.ts';
import { startPipeline } from './support/pipeline.ts';
import { suiteScope } from './support/scope.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

const documents = ['docs', 'docs/runbook'].flatMap((folder) =>
  readdirSync(root + folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => ({
      path: `${folder}/${name}`,
      text: readFileSync(join(root, folder, name), 'utf8'),
    })),
);

test('every link between documents leads somewhere', () => {
  for (const { path, text } of documents) {
    for (const [, target = ''] of text.matchAll(/\]\(([^)#:]+)\)/g)) {
      const found = normalize(join(root, dirname(path), target));
      assert.ok(existsSync(found), `${path} links to ${target}`);
    }
  }
});

describe('the commands of the documents', () => {
  const scope = suiteScope();
  let env: Record<string, string>;

  before(async () => {
    const { name: S3_BUCKET } = await createBucket(scope);
    const pipeline = await startPipeline(scope, { env: { S3_BUCKET } });
    env = { ...(await settingsOf(pipeline)), S3_BUCKET };
  });

  test('every cinesync command that is named has a help of its own', async () => {
    const { stdout } = await typeCinesync(['--help'], env);
    const named = documents.flatMap(({ text }) =>
      [...text.matchAll(/npx cinesync ([a-z-]+)/g)].map(([, name = '']) => name),
    );
    assert.ok(named.length > 30);
    assert.deepEqual(
      named.filter((name) => !new RegExp(`^  ${name}\\b`, 'm').test(stdout)),
      [],
    );
  });

  for (const name of ['promises', 'upgrading']) {
    test(`docs/${name}.md: what it says to type works`, async () => {
      const document = readFileSync(`${root}docs/${name}.md`, 'utf8');
      const typed = readBlocks(document).flatMap((block) =>
        block.kind === 'type' ? block.command.split('\n') : [],
      );
      assert.ok(typed.length >= 3);
      for (const command of typed) {
        const words = command.replace(/^npx cinesync /, '').split(' ');
        await eventually(
          async () => {
            const { code, stdout, stderr } = await typeCinesync(words, env);
            assert.equal(code, 0, `${command}\n${stdout}${stderr}`);
            return true;
          },
          { what: command, timeoutMs: 120_000 },
        );
      }
    });
  }
});
