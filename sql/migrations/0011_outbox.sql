-- migrate:up
-- The outbox: what changed, written in the writer's own transaction, deleted by the listener once
-- it is published. Logged on purpose: an unlogged one is no cheaper and is empty after a crash.
set local role cache_owner;

create table if not exists cache.outbox (
  xid xid8 not null default pg_current_xact_id(),
  id bigint not null generated always as identity,
  op "char" not null default 'k', -- k: these codes, f: flush the resource
  resource text not null,
  codes text[],                   -- null in a flush; no check says so: every write would pay for it
  at timestamptz not null default clock_timestamp(),
  primary key (xid, id)
) with (
  -- Rows live for milliseconds: vacuum often and fully, never analyze (every read walks the
  -- primary key), never truncate (that takes an exclusive lock).
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 1000000000,
  vacuum_truncate = off
);

grant select, insert, delete on cache.outbox to cache_listener;

-- The clean-up behind a read: exactly the rows that were published, found by where they lie. A row
-- that was moved since (vacuum full) is not found, is read again and published again.
create or replace function cache.delete_changes(ctids tid[], ids bigint[])
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  deleted bigint;
begin
  delete from cache.outbox using unnest(ctids, ids) as published (place, number)
   where outbox.ctid = published.place and outbox.id = published.number;
  get diagnostics deleted = row_count;
  return deleted;
end $$;

grant execute on function cache.delete_changes to cache_listener;
reset role;

-- migrate:down
