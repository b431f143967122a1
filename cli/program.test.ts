import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { createProgram } from './program.ts';
import { createTerminal } from './terminal.ts';

function openTerminal(env: Record<string, string> = {}, isTTY = false) {
  const said = { output: '', errors: '' };
  const terminal = createTerminal({
    input: Readable.from([]),
    output: { isTTY, write: (text) => (said.output += text) },
    errorOutput: { isTTY, write: (text) => (said.errors += text) },
    env,
  });
  const program = createProgram(terminal);
  const type = async (...words: string[]) => {
    process.exitCode = undefined;
    await program.parseAsync(['node', 'cinesync', ...words]).catch(() => undefined);
    const code = process.exitCode;
    process.exitCode = undefined;
    return { code, ...said };
  };
  return { program, type };
}

describe('every command', () => {
  for (const { name } of openTerminal().program.commands.map((command) => ({
    name: command.name(),
  }))) {
    test(`${name} --help shows an example and what its exit codes mean`, async () => {
      const { output } = await openTerminal().type(name, '--help');
      assert.match(output, new RegExp(`Examples:\n  npx cinesync ${name}`));
      assert.match(output, /Exit codes: 0 .+ · 1 .+ · 2 wrong usage or settings/);
    });
  }

  test('is in the overview, in the completion of every shell, and nowhere twice', async () => {
    const { program, type } = openTerminal();
    const names = program.commands.map((command) => command.name());
    assert.equal(new Set(names).size, names.length);
    const overview = (await type('--help')).output;
    for (const shell of ['bash', 'zsh', 'fish']) {
      const script = (await openTerminal().type('completion', shell)).output;
      for (const name of names) {
        assert.match(script, new RegExp(`\\b${name}\\b`), `${shell}: ${name}`);
      }
      assert.match(script, /\bcity\b/, `${shell} completes resources`);
    }
    assert.deepEqual(
      names.filter((name) => !overview.includes(`  ${name} `)),
      [],
    );
  });
});

test('what runs a process is what the npm scripts run', () => {
  const { scripts } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { scripts: Record<string, string> };
  const entry = readFileSync(new URL('cinesync.mjs', import.meta.url), 'utf8');
  const [, list = ''] = /const processes = \[(.*)\]/.exec(entry) ?? [];
  const dispatched = [...list.matchAll(/'(\w+)'/g)].map(([, name = '']) => name);
  const { program } = openTerminal();
  const documented = program.commands
    .filter((command) => command.helpGroup() === 'Processes:')
    .map((command) => command.name());
  assert.deepEqual(dispatched.toSorted(), documented.toSorted());
  for (const name of dispatched) {
    assert.equal(scripts[name], `exec node stack/launch.mjs ${name}`);
  }
});

describe('what can not be meant', () => {
  const mistakes: [words: string[], said: RegExp][] = [
    [['flush', 'citi'], /no cached resource "citi". There are: city, /],
    [['invalidate', 'city', 'B1'], /"B1" is no code of city/],
    [['explain', 'city', 'BULGARIA'], /is no code of city/],
    [['warm', 'city'], /name codes, or all of them with --all/],
    [['warm', 'city', 'BGR', '--all'], /name codes, or all of them/],
    [['flush', 'city'], /nobody is there to answer: add --yes/],
  ];
  for (const [words, said] of mistakes) {
    test(`${words.join(' ')}: exit code 2 and what would be right`, async () => {
      const { code, errors } = await openTerminal().type(...words);
      assert.match(errors, said);
      assert.equal(code, 2);
    });
  }

  test('wrong settings are all named, without their values', async () => {
    const env = { DATABASE_URL: 'mysql://u:hunter2@h/d', REDIS_PORT: 'many' };
    const { code, errors } = await openTerminal(env).type('doctor');
    assert.equal(code, 2);
    assert.match(errors, /DATABASE_URL: must be an address like/);
    assert.match(errors, /REDIS_PORT: must be a whole number/);
    assert.doesNotMatch(errors, /hunter2/);
  });
});
