// One drained outbox row, parsed once at the edge.

import { z } from 'zod';

const dependents = z.object({
  resource: z.string(),
  codes: z.array(z.string()).optional(),
  flush: z.boolean().optional(),
  /** Why the dependents could not be named; they are flushed instead. */
  fault: z.string().optional(),
});

const changeRow = z
  .object({
    ctid: z.string(),
    id: z.string(),
    op: z.enum(['k', 'f']),
    resource: z.string(),
    codes: z.array(z.string()).nullable(),
    row_at_ms: z.string().transform(Number),
    dependents: z.array(dependents).nullable(),
  })
  .transform((row) => ({
    ctid: row.ctid,
    id: row.id,
    resource: row.resource,
    /** Null: every entry of the resource. */
    codes: row.op === 'f' ? null : (row.codes ?? []),
    committedAtMs: row.row_at_ms,
    dependents: row.dependents ?? [],
  }));

export type Change = z.output<typeof changeRow> & { traceparent?: string | undefined };

export const snapshotRow = z.object({
  at_ms: z.string().transform(Number),
  next_floor: z.string(),
  incarnation: z.string().nullable(),
  id: z.string().nullable(),
});

export function parseChange(row: unknown): Change {
  return changeRow.parse(row);
}
