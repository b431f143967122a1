// What went wrong with a statement, as psql says it: the message, the line with a mark under the
// place, the detail and the hint.

export interface SqlErrorFields {
  readonly message: string;
  readonly code?: string | undefined;
  readonly position?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
}

export function describeSqlError(error: SqlErrorFields, statement: string): string {
  const code = error.code === undefined ? '' : ` ${error.code}`;
  const lines = [`ERROR${code}: ${error.message}`];
  if (error.position !== undefined) lines.push(...mark(statement, Number(error.position)));
  if (error.detail !== undefined) lines.push(`DETAIL: ${error.detail}`);
  if (error.hint !== undefined) lines.push(`HINT: ${error.hint}`);
  return lines.join('\n');
}

/** Postgres counts characters from one, not UTF-16 units. */
function mark(statement: string, position: number): string[] {
  const before = Array.from(statement)
    .slice(0, position - 1)
    .join('');
  const lineNumber = before.split('\n').length;
  const column = before.length - (before.lastIndexOf('\n') + 1);
  const prefix = `LINE ${lineNumber}: `;
  const text = statement.split('\n')[lineNumber - 1] ?? '';
  return [prefix + text, `${' '.repeat(prefix.length + column)}^`];
}
