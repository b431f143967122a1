-- migrate:up
-- Where events wait until they are published: columns as Debezium's outbox event router wants them,
-- rows only ever inserted whole and deleted, so that it can take the listener's place.
set local role catalog_owner;

create table if not exists catalog.outbox (
  -- The order of reading. A film's numbers grow as its transactions commit (see catalog.fold).
  number bigint primary key generated always as identity,
  id uuid not null default gen_random_uuid(),
  aggregatetype text not null default 'movie',
  aggregateid text not null,
  type text not null,
  payload jsonb not null, -- the whole value of the message
  sequence bigint not null, -- 1, 2, 3 … per film, without gaps
  created_at timestamptz not null default clock_timestamp()
) with (
  -- Rows live for milliseconds, as those of cache.outbox do.
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 1000000000,
  vacuum_truncate = off
);

grant select, delete on catalog.outbox to cache_listener;

-- The last sequence number of a film. It outlives the film, which may come back under its id.
create table if not exists catalog.counter (
  film uuid primary key,
  last bigint not null
) with (fillfactor = 50);

-- What statements of a running transaction did to films. Its rows are gone before the transaction
-- commits, so nobody else ever sees one, and a crash may empty it.
create unlogged table if not exists catalog.touched (
  xid xid8 not null default pg_current_xact_id(),
  number bigint not null generated always as identity,
  film uuid not null,
  was "char",               -- before the statement: a absent, d draft, p published
  now "char",               -- after it; both null: only links of the film were touched
  changed boolean not null, -- more than whether it is published
  content jsonb,            -- what an event tells, after the statement or before it went
  alarm boolean,            -- true in one row per statement: see catalog.settle
  primary key (xid, number)
) with (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 1000000000,
  vacuum_truncate = off
);

reset role;

-- migrate:down
