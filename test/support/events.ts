// The events that are waiting in catalog.outbox, as short sentences in the order of reading.

import type { Database } from './database.ts';

export interface EventRow {
  number: string;
  id: string;
  aggregatetype: string;
  aggregateid: string;
  type: string;
  payload: {
    movie_id: string;
    action: string;
    timestamp: string;
    payload: { title: string; year: number | null; rating: number | null };
  };
  sequence: string;
}

/** Takes away what is waiting. */
export async function takeEvents(database: Database): Promise<EventRow[]> {
  return await database.query<EventRow>(
    `with taken as (delete from catalog.outbox returning *) select * from taken order by number`,
  );
}

/** What these statements, in one transaction, emit: `updated One 3` is type, title and sequence. */
export async function eventsBy(database: Database, sql: string): Promise<string[]> {
  await takeEvents(database);
  await database.query(sql);
  return (await takeEvents(database)).map(describeEvent);
}

export function describeEvent({ type, payload, sequence }: EventRow): string {
  return `${type} ${payload.payload.title} ${sequence}`;
}
