// Sends rows to a table by COPY, the quickest way into Postgres. Runs inside the caller's
// transaction: when the connection breaks, nothing stays behind.

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Progress } from './progress.ts';

type Field = string | number | null;

export interface CopyRowsOptions {
  client: pg.Client;
  /** `table (column, …)`, in the order of the fields. */
  target: string;
  rows: readonly (readonly Field[])[];
  progress: Progress;
}

const chunkRowsMax = 1000;

export async function copyRows(options: CopyRowsOptions): Promise<void> {
  const { client, target, rows, progress } = options;
  const sink = client.query(copyFrom(`copy ${target} from stdin`));
  await pipeline(Readable.from(encodeChunks(rows, progress)), sink);
}

function* encodeChunks(rows: CopyRowsOptions['rows'], progress: Progress): Generator<string> {
  for (let start = 0; start < rows.length; start += chunkRowsMax) {
    const chunk = rows.slice(start, start + chunkRowsMax);
    yield chunk.map(encodeRow).join('');
    progress.advance(chunk.length);
  }
}

/** One line of COPY's text format. */
export function encodeRow(fields: readonly Field[]): string {
  return `${fields.map(encodeField).join('\t')}\n`;
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function encodeField(field: Field): string {
  if (field === null) {
    return '\\N';
  }
  return String(field).replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character);
}
