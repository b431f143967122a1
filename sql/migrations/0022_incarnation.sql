-- migrate:up
-- A uuid that Postgres forgets when commits that were visible may be gone. A crash empties an
-- unlogged table, a promoted standby never had its rows; a copy of a stopped server has another
-- start time, a restored dump another table, a database made from a template another oid.
set local role cache_owner;

create unlogged table if not exists cache.incarnation (
  id uuid not null default gen_random_uuid(),
  server_started_at timestamptz not null default pg_postmaster_start_time(),
  table_oid oid not null default 'cache.incarnation'::regclass,
  database_oid oid not null,
  single_row boolean primary key default true check (single_row)
);

-- Empty when there is none, or when it belongs to another life of this data. A view, so that it
-- costs a read that also returns it next to nothing.
create or replace view cache.current_incarnation as
  select incarnation.id
    from cache.incarnation
   where incarnation.server_started_at = pg_catalog.pg_postmaster_start_time()
     and incarnation.table_oid = 'cache.incarnation'::pg_catalog.regclass
     and incarnation.database_oid = (
       select oid from pg_catalog.pg_database where datname = pg_catalog.current_database());

create or replace function cache.renew_incarnation()
returns uuid
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into cache.incarnation (database_oid)
  select oid from pg_database where datname = current_database()
      on conflict (single_row) do update
     set id = excluded.id, server_started_at = excluded.server_started_at,
         table_oid = excluded.table_oid, database_oid = excluded.database_oid
  returning id
$$;

grant execute on function cache.renew_incarnation to cache_listener;
grant select on cache.incarnation, cache.current_incarnation to cache_listener, cache_reader;
reset role;

-- migrate:down
