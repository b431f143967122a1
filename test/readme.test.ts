// The README's commands do what it says: they are taken from its text and run.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from './support/eventually.ts';
import { type Answer, startPipeline } from './support/pipeline.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../', import.meta.url));
const readme = readFileSync(`${root}README.md`, 'utf8');

/** The commands of every shell block, in order. */
const commands = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
  block.trimEnd().split('\n'),
);

test('every npm command that is named exists', () => {
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = [...readme.matchAll(/npm (?:run )?([a-z:]+)/g)].map(([, name = '']) => name);
  assert.ok(named.length > 8);
  assert.deepEqual(
    named.filter((name) => scripts[name] === undefined),
    [],
  );
});

test('the walkthrough shows what it says', async (t) => {
  const pipeline = await startPipeline(t);
  await pipeline.sql(
    `insert into city(name, countrycode, population) values ('Dobric', 'BGR', 111001)`,
  );
  await pipeline.waitUntilApplied();
  const api = await pipeline.apis[0]?.url();
  const [start, first, second, update, last] = commands;
  assert.equal(start, 'npm start');

  async function type(command: string | undefined): Promise<string> {
    assert.ok(command);
    const here = command.replace('http://127.0.0.1:8000', api ?? '');
    const env = { ...process.env, DATABASE_URL: pipeline.database.url };
    return (await run('bash', ['-c', here], { cwd: root, env })).stdout;
  }

  const population = 111001;
  const dobric = { name: 'Dobric', population };
  assert.deepEqual(JSON.parse(await type(first)), { source: 'database', data: [dobric] });
  assert.deepEqual(JSON.parse(await type(second)), { source: 'cache', data: [dobric] });
  await type(update);
  const answer = await eventually(
    async () => {
      const current = JSON.parse(await type(last)) as Answer;
      return current.source === 'database' ? current : undefined;
    },
    { what: 'the new population' },
  );
  assert.deepEqual(answer.data, [{ ...dobric, population: 999999 }]);
});
