-- migrate:up
-- cache.watch(): the one statement that puts a table under capture. Called again it changes the
-- rule, repairs the triggers and flushes; it is safe on a busy table (it waits 3 s for its lock).
--   select cache.watch('city', resource => 'city', columns => '{countrycode}');
set local role cache_owner;

create or replace function cache.check_names(wanted cache.rule)
returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if wanted.resource is null or wanted.resource !~ '^[a-z][a-z0-9]*(_[a-z0-9]+)*$'
     or length(wanted.resource) > 24 then
    raise exception 'cache: "%" can not name a resource', wanted.resource
      using hint = 'Take up to 24 lower-case letters, digits and single underscores.';
  end if;
  if wanted.channel = '' or octet_length(wanted.channel) > 63 then
    raise exception 'cache: "%" can not name a channel', wanted.channel
      using hint = 'A channel has 1 to 63 bytes; left out, it is the resource with _updates.';
  end if;
  if wanted.mode is null or wanted.mode not in ('stmt', 'row') then
    raise exception 'cache: there is no mode "%"', wanted.mode
      using hint = 'Take stmt, or row for a table that logical replication writes.';
  end if;
  if wanted.flush_over is null or wanted.flush_over < 1 or wanted.flush_over > 1000000 then
    raise exception 'cache: flush_over is %', wanted.flush_over
      using hint = 'Take 1 to 1000000: a statement over more rows becomes one flush.';
  end if;
end $$;

create or replace function cache.check_table(root regclass)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  class pg_class;
  foreign_member regclass;
begin
  select * into class from pg_class where oid = root;
  if class.relispartition then
    raise exception 'cache: % is a partition', root
      using hint = format('Watch the whole table: %s.', pg_partition_root(root));
  end if;
  if class.relkind not in ('r', 'p') or class.relpersistence = 't' then
    raise exception 'cache: % is not an ordinary table', root
      using hint = 'Triggers do not see views, foreign and temporary tables: watch the tables '
        'behind it, or call cache.flush() after a change.';
  end if;
  select pg_class.oid into foreign_member
    from cache.tree(root) as member join pg_class on pg_class.oid = member
   where pg_class.relkind = 'f' limit 1;
  if foreign_member is not null then
    raise exception 'cache: % has a foreign table as partition: %', root, foreign_member
      using hint = 'Triggers do not see changes made on the other server.';
  end if;
end $$;

create or replace function cache.check_columns(wanted cache.rule)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  fault text;
begin
  if coalesce(cardinality(wanted.columns), 0) = 0 or array_position(wanted.columns, null) > 0 then
    raise exception 'cache: no columns given for %', wanted.rel
      using hint = 'Name the column that holds the code: columns => ''{id}''.';
  end if;
  select string_agg(cache.column_fault(wanted.rel, name), '; ') into fault
    from unnest(wanted.columns) as name;
  if fault is not null then
    raise exception 'cache: %: %', wanted.rel, fault
      using hint = format(
        'Columns: %s. A code is an integer, numeric, boolean, uuid, enum or text; for another '
        'type, add a generated column that holds its text.', (
          select string_agg(attname, ', ' order by attnum) from pg_attribute
           where attrelid = wanted.rel and attnum > 0 and not attisdropped));
  end if;
end $$;

-- Writers wait while the triggers are put in; a rule read before the lock could miss another
-- watch of the same table.
create or replace function cache.lock_table(root regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '3s'
as $$
begin
  execute format('lock table %s in share row exclusive mode', root);
exception when lock_not_available then
  raise exception 'cache: % is busy: no lock within 3 s', root
    using errcode = 'lock_not_available',
      hint = 'Nothing was changed. Try again; a long transaction that writes it must end first.';
end $$;

-- Another table had this name when it was watched for the resource: this one takes its place.
create or replace function cache.take_over_name(wanted cache.rule)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  former regclass;
begin
  for former in
    delete from cache.rule
     where resource = wanted.resource and name = wanted.name and rel <> wanted.rel
    returning rel
  loop
    if exists (select from pg_class where oid = former) then
      perform cache.lock_table(former);
      perform cache.build_table(former, repair => false);
    end if;
  end loop;
end $$;

create or replace function cache.adopt(wanted cache.rule)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform cache.check_names(wanted);
  perform cache.check_table(wanted.rel);
  perform cache.check_columns(wanted);
  perform cache.lock_table(wanted.rel);
  select format('%I.%I', nspname, relname) into wanted.name
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
   where pg_class.oid = wanted.rel;
  wanted.attnums := cache.attnums_of(wanted.rel, wanted.columns);
  wanted.origin := cache.origin_of(wanted.rel);
  perform cache.take_over_name(wanted);
  delete from cache.rule where rel = wanted.rel and resource = wanted.resource;
  insert into cache.rule select (wanted).*;
  -- a table has one kind of triggers, whatever it is watched for
  update cache.rule set mode = wanted.mode where rel = wanted.rel and mode <> wanted.mode;
  perform cache.build_table(wanted.rel, repair => true);
  perform cache.flush(wanted.resource);
end $$;

-- The table's name is looked up as the caller would, so the search path is not pinned here.
create or replace function cache.watch(
  rel text, resource text, columns name[], channel text default null,
  mode text default 'stmt', flush_over integer default 10000)
returns void
language plpgsql
as $$
declare
  wanted cache.rule;
begin
  wanted.rel := pg_catalog.to_regclass(rel);
  if wanted.rel is null then
    raise exception 'cache.watch: there is no table "%"', rel
      using hint = 'Create it first, or name its schema: schema.table.';
  end if;
  wanted.resource := resource;
  wanted.columns := columns;
  wanted.channel := coalesce(channel, pg_catalog.concat(resource, '_updates'));
  wanted.mode := mode;
  wanted.flush_over := flush_over;
  wanted.live := true;
  wanted.members := '{}';
  perform cache.adopt(wanted);
end $$;

reset role;

-- migrate:down
