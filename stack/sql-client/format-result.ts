// Turns what Postgres answered into text: a table with aligned columns and a row count, or the name
// of the command with how many rows it touched.

import type { FieldDef } from 'pg';

export interface SqlResult {
  readonly command: string;
  readonly rowCount: number | null;
  readonly fields: readonly Pick<FieldDef, 'dataTypeID' | 'name'>[];
  /** Values as Postgres writes them; null stays null. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** int2, int4, int8, oid, float4, float8, numeric, money: aligned to the right. */
const numberTypes = new Set([20, 21, 23, 26, 700, 701, 790, 1700]);

export function formatResult(result: SqlResult): string {
  if (result.fields.length > 0) return `${table(result)}\n${count(result.rows.length)}`;
  const { command, rowCount } = result;
  return rowCount === null ? command : `${command} ${rowCount}`;
}

function count(rows: number): string {
  return rows === 1 ? '(1 row)' : `(${rows} rows)`;
}

function table({ fields, rows }: SqlResult): string {
  const cells = rows.map((row) => row.map((value) => (value === null ? 'null' : printable(value))));
  const widths = fields.map((field, column) =>
    Math.max(width(field.name), ...cells.map((row) => width(row[column] ?? ''))),
  );
  const line = (values: readonly string[], pad: (text: string, column: number) => string): string =>
    ` ${values.map(pad).join(' | ')}`.trimEnd();
  const align = (text: string, column: number): string => {
    const blanks = ' '.repeat((widths[column] ?? 0) - width(text));
    const isNumber = numberTypes.has(fields[column]?.dataTypeID ?? 0);
    return isNumber ? blanks + text : text + blanks;
  };
  const names = fields.map(({ name }) => name);
  const rule = widths.map((columns) => '-'.repeat(columns + 2)).join('+');
  return [line(names, align), rule, ...cells.map((row) => line(row, align))].join('\n');
}

/** A line break or an escape sequence inside a value must not tear the table. */
function printable(value: string): string {
  return value.replaceAll('\n', '⏎').replace(/\p{Control}/gu, '·');
}

const wide = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** In terminal columns, near enough: East Asian characters take two, combining accents none. */
function width(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue;
    columns += wide.test(character) ? 2 : 1;
  }
  return columns;
}
