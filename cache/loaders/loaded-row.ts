// The one row of a load: JSON text, and the incarnation of the server that said so.

import { z } from 'zod';
import type { PostgresPool } from '../../platform/clients/postgres.ts';
import type { Loaded } from '../guarded-load.ts';

export type LoadDatabase = Pick<PostgresPool, 'query'>;

const loadedRow = z.object({ text: z.string(), incarnation: z.string().nullable() });

export function toLoaded(row: unknown): Loaded {
  return loadedRow.parse(row);
}
