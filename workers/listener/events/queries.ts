// What the listener says to Postgres about events.

import type { Query } from '../../../platform/clients/postgres.ts';

/** The outbox is always walked along its key. A DELETE lost in a crash is only published twice. */
export const sessionSettings: Query = {
  text: `
    select set_config(name, value, false)
    from (values
      ('synchronous_commit', 'off'),
      ('jit', 'off'),
      ('enable_seqscan', 'off'),
      ('enable_sort', 'off')
    ) as setting(name, value)`,
};

/**
 * By number, which is the order of a film's commits, and not by its text. What was committed with
 * synchronous_commit = off is visible before it is on disk: a crash could take back what
 * subscribers were told.
 */
export function readEvents(eventsMax: number): Query {
  return {
    name: 'read-events',
    text: `
      select number::text, id::text, type, aggregateid, sequence::text, payload::text as value,
             pg_current_wal_insert_lsn() <= pg_current_wal_flush_lsn() as durable
        from catalog.outbox order by outbox.number limit $1`,
    values: [eventsMax],
  };
}

/** Everything that was committed before is on disk, and on synchronous standbys, afterwards. */
export const flushLog: Query = {
  text: `
    set local synchronous_commit = on;
    select pg_logical_emit_message(true, 'cinesync', '')`,
};

export function deleteEvents(numbers: readonly string[]): Query {
  return {
    name: 'delete-events',
    text: 'delete from catalog.outbox where number = any ($1::bigint[])',
    values: [numbers],
  };
}

export const expiredAtOnceMax = 5000;

export function expireEvents(hours: number): Query {
  return {
    text: `
      with head as (
        select number, created_at from catalog.outbox order by number limit ${expiredAtOnceMax}
      ), expired as (
        delete from catalog.outbox using head
         where outbox.number = head.number
           and head.created_at < clock_timestamp() - make_interval(hours => $1)
        returning 1
      )
      select count(*)::text as deleted from expired`,
    values: [hours],
  };
}

/** Counting stops at a million. */
export const measureBacklog: Query = {
  name: 'measure-events',
  text: `
    select (select count(*) from (select from catalog.outbox limit 1000000) as counted)::text
             as waiting,
           (select extract(epoch from clock_timestamp() - created_at)::float
              from catalog.outbox order by number limit 1) as oldest_seconds`,
};

export const auditEvents: Query = {
  name: 'audit-events',
  text: 'select rel, problem from catalog.audit()',
};
