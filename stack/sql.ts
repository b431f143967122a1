// `npm run sql`: a small psql for people who have none. Exit code 0, 1 when a statement failed or
// Postgres is away, 2 when it was called wrongly.

import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { describeError } from '../platform/errors.ts';
import { interactive } from './sql-client/interactive.ts';
import { runStatements } from './sql-client/run-statements.ts';
import { splitStatements } from './sql-client/split-statements.ts';
import { connectSql } from './sql-client/sql-connection.ts';

const defaultUrl = 'postgresql://postgres:root@localhost:5432/tutorial';

const help = `Runs SQL against DATABASE_URL (the running local stack, if nothing else is named).

  npm run sql -- "UPDATE city SET population = 999999 WHERE name = 'Dobric'"
  npm run sql -- "select count(*) from city; select * from genres"
  npm run sql -- -f changes.sql        statements from a file
  npm run sql < changes.sql            statements from standard input
  npm run sql                          interactive

  -f, --file FILE   run the statements of a file (- is standard input)
  -h, --help        this text

Each statement is its own transaction unless you write begin and commit. The first
that fails ends the run. Exit code: 0, 1 when a statement failed, 2 for wrong usage.
`;

type Call =
  | { readonly kind: 'help' }
  | { readonly kind: 'interactive' }
  | { readonly kind: 'statements'; readonly text: string }
  | { readonly kind: 'wrong'; readonly reason: string };

export async function main(): Promise<number> {
  const call = await readCall();
  if (call.kind === 'help') {
    process.stdout.write(help);
    return 0;
  }
  if (call.kind === 'wrong') {
    process.stderr.write(`${call.reason}\nSee: npm run sql -- --help\n`);
    return 2;
  }
  return run(call);
}

async function readCall(): Promise<Call> {
  const options = {
    file: { type: 'string', short: 'f' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    const parsed = parseArgs({ args: process.argv.slice(2), options, allowPositionals: true });
    const { values, positionals } = parsed;
    if (values.help) return { kind: 'help' };
    if (values.file !== undefined && positionals.length > 0) {
      return { kind: 'wrong', reason: 'Give either statements or -f FILE, not both.' };
    }
    const text = positionals.join(';\n');
    if (text.trim() !== '') return { kind: 'statements', text };
    if (positionals.length > 0) return { kind: 'wrong', reason: 'The statement is empty.' };
    if (values.file === undefined && process.stdin.isTTY) return { kind: 'interactive' };
    return { kind: 'statements', text: await readInput(values.file ?? '-') };
  } catch (error) {
    return { kind: 'wrong', reason: `${describeError(error)}.` };
  }
}

async function readInput(file: string): Promise<string> {
  return file === '-' ? readAll(process.stdin) : readFileSync(file, 'utf8');
}

async function run(call: Extract<Call, { kind: 'interactive' | 'statements' }>): Promise<number> {
  const url = process.env.DATABASE_URL || defaultUrl;
  const onNotice = (notice: string): void => void process.stderr.write(`${notice}\n`);
  const connection = await connectSql(url, onNotice);
  try {
    if (call.kind === 'interactive') {
      const database = new URL(url).pathname.slice(1);
      await interactive({ connection, database, input: process.stdin, output: process.stdout });
      return 0;
    }
    const { statements, rest } = splitStatements(call.text);
    const all = rest === '' ? statements : [...statements, rest.trim()];
    const { stdout: output, stderr: errorOutput } = process;
    return (await runStatements({ connection, statements: all, output, errorOutput })) ? 0 : 1;
  } finally {
    await connection.close();
  }
}
