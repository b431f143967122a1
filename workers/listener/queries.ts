// What the listener says to Postgres.

import { leaderLock, lockSpace, parkedLock } from '../../contract/advisory-locks.ts';
import type { Query } from '../../platform/clients/postgres.ts';

/** How long a leader that fell silent keeps its locks; it speaks at least every second. */
const leaderLeaseMs = 6000;

/**
 * The server's own guards against a leader that hangs, also in the middle of a large result. The
 * outbox is always walked along its key: what is known of its size is never up to date. A DELETE
 * lost in a crash is only published twice, so it need not wait for the disk.
 */
export const sessionSettings: Query = {
  text: `
    select set_config(name, value, false)
    from (values
      ('idle_session_timeout', '${leaderLeaseMs}'),
      ('tcp_user_timeout', '4000'),
      ('tcp_keepalives_idle', '5'),
      ('tcp_keepalives_interval', '2'),
      ('tcp_keepalives_count', '3'),
      ('client_connection_check_interval', '2000'),
      ('synchronous_commit', 'off'),
      ('jit', 'off'),
      ('enable_seqscan', 'off'),
      ('enable_sort', 'off')
    ) as setting(name, value)`,
};

export const isStandbyServer: Query = { text: 'select pg_is_in_recovery() as standby' };

/** Never the waiting form: a session that waits for a lock holds vacuum back. */
export const tryLead: Query = {
  text: `select pg_try_advisory_lock(${lockSpace}, ${leaderLock}) as granted`,
};

export const tryPark: Query = {
  name: 'park',
  text: `select pg_try_advisory_lock(${lockSpace}, ${parkedLock}) as granted`,
};

export const unpark: Query = {
  name: 'unpark',
  text: `select pg_advisory_unlock(${lockSpace}, ${parkedLock})`,
};

/** @param held the ids of what was read already and is left out */
export function readChanges(floor: string, rowsMax: number, held: readonly string[]): Query {
  return {
    name: 'read',
    text: `
      select at_ms::text, next_floor::text, incarnation::text, row_ctid::text as ctid, id::text,
             op::text, resource, codes, row_at_ms::text, dependents
      from cache.read_other_changes($1::xid8, $2::integer, $3::bigint[])`,
    values: [floor, rowsMax, held],
  };
}

/**
 * Asked for only where traces are wanted; what a writer made up is left out. By place, so that it
 * costs the same however many rows wait.
 */
export function readTraceparents(ctids: readonly string[]): Query {
  return {
    name: 'traceparents',
    text: `
      select id::text, traceparent from cache.outbox
      where ctid = any ($1::tid[])
        and traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'`,
    values: [ctids],
  };
}

/** By identity: a newer snapshot may see rows that nobody has read yet. */
export function deleteChanges(ctids: readonly string[], ids: readonly string[]): Query {
  return {
    name: 'delete',
    text: `
      delete from cache.outbox o
      using unnest($1::tid[], $2::bigint[]) as read(ctid, id)
      where o.ctid = read.ctid and o.id = read.id`,
    values: [ctids, ids],
  };
}

export const renewIncarnation: Query = { text: 'select cache.renew_incarnation()' };

export const ping: Query = { name: 'ping', text: 'select 1' };

/**
 * One row per finding; at least one row, for the time and for who says so.
 * @param resources that must be watched: one that never was has nothing else to report it
 */
export function audit(resources: readonly string[]): Query {
  return {
    name: 'audit',
    text: `
    select floor(extract(epoch from now()) * 1000)::bigint::text as at_ms,
           (select id from cache.current_incarnation) as incarnation,
           finding.resource, finding.rel, finding.problem
    from (select) as one left join cache.audit($1) as finding on true`,
    values: [resources],
  };
}
