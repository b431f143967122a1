-- migrate:up
-- What is watched. A row leaves only by cache.forget: a dropped table, or another one under its
-- name, keeps its row, and cache.audit() reports it.
set local role cache_owner;

create table if not exists cache.rule (
  rel regclass not null,
  resource text not null,
  name text not null,              -- qualified name when it was watched: shows a swap by rename
  columns name[] not null,         -- the code; a composite one becomes a JSON array
  attnums smallint[] not null,     -- finds a column again after it was renamed
  origin text not null,            -- where these numbers hold
  channel text not null,
  mode text not null check (mode in ('stmt', 'row')),
  flush_over integer not null check (flush_over > 0),
  live boolean not null default true,            -- false after cache.unwatch
  members regclass[] not null default '{}',      -- the table, its partitions, as last built
  primary key (rel, resource)
);

create table if not exists cache.dependency (
  resource text not null,
  on_resource text not null,
  query text not null,
  function_name name not null unique,
  primary key (resource, on_resource),
  check (resource <> on_resource)
);

-- The table and everything below it. Statement triggers fire only on the table that the command
-- names, so each of these needs its own. (What the audit runs is plpgsql: it keeps its plans, and
-- planning would be most of the work.)
create or replace function cache.tree(root regclass)
returns setof regclass
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    with recursive member (rel) as (
      select root::oid
      union
      select inhrelid from pg_inherits join member on inhparent = member.rel
    )
    select member.rel::regclass from member join pg_class on pg_class.oid = member.rel;
end $$;

create or replace function cache.known_resources()
returns setof text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select resource from cache.rule
  union
  select resource from cache.dependency
  order by 1
$$;

reset role;

-- migrate:down
