// `npm run sql` in a terminal: a statement may span lines and ends with `;`. An error does not end
// the session; \q or Ctrl-D does.

import { createInterface } from 'node:readline';
import { runStatements } from './run-statements.ts';
import { splitStatements } from './split-statements.ts';
import type { SqlConnection } from './sql-connection.ts';

export interface InteractiveOptions {
  readonly connection: SqlConnection;
  readonly database: string;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

export async function interactive(options: InteractiveOptions): Promise<void> {
  const { connection, database, input, output } = options;
  const lines = createInterface({ input, output, terminal: true, historySize: 200 });
  let typed = '';
  const prompt = (): void => {
    lines.setPrompt(`${database}${typed.trim() === '' ? '=>' : '->'} `);
    lines.prompt();
  };
  lines.on('SIGINT', () => {
    typed = '';
    output.write('^C\n');
    // To the end of the line, then delete back to its start.
    lines.write(null, { ctrl: true, name: 'e' });
    lines.write(null, { ctrl: true, name: 'u' });
    prompt();
  });
  output.write('Statements end with ;   \\q or Ctrl-D leaves.\n');
  lines.once('close', () => output.write('\n'));
  prompt();
  for await (const line of lines) {
    if (/^\s*\\q\s*;?\s*$/.test(line) || /^\s*(exit|quit)\s*;?\s*$/i.test(line)) break;
    typed += `${line}\n`;
    const { statements, rest } = splitStatements(typed);
    typed = rest;
    await runStatements({ connection, statements, output, errorOutput: output });
    prompt();
  }
  lines.close();
}
