// Runs statements one after another and prints what each gave.

import pg from 'pg';
import { describeSqlError } from './describe-sql-error.ts';
import { formatResult } from './format-result.ts';
import type { SqlConnection } from './sql-connection.ts';

export interface StatementOutput {
  write(text: string): unknown;
}

export interface RunStatementsOptions {
  readonly connection: SqlConnection;
  readonly statements: readonly string[];
  readonly output: StatementOutput;
  readonly errorOutput: StatementOutput;
}

/** Stops at the first that fails, and says so with false. */
export async function runStatements(options: RunStatementsOptions): Promise<boolean> {
  const { connection, statements, output, errorOutput } = options;
  for (const statement of statements) {
    try {
      output.write(`${formatResult(await connection.run(statement))}\n`);
    } catch (error) {
      const said =
        error instanceof pg.DatabaseError
          ? describeSqlError(error, statement)
          : `The connection failed: ${String(error)}`;
      errorOutput.write(`${said}\n`);
      return false;
    }
  }
  return true;
}
