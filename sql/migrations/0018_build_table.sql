-- migrate:up
-- cache.build(): everything for one watched table, by name. The one to call after a repair by hand.
set local role cache_owner;

-- Without jit: a plan made for many rows would be compiled again for every few.
create or replace function cache.build_function(function_name name, source text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  execute format(
    'create or replace function cache.%I() returns trigger language plpgsql security definer '
    'set search_path = pg_catalog, pg_temp set jit = off as %L', function_name, source);
  execute format('alter function cache.%I() owner to cache_owner', function_name);
  execute format('revoke all on function cache.%I() from public', function_name);
end $$;

-- Triggers that call this function on a table that is no longer part of the tree (detached).
create or replace function cache.drop_strays(function_name name, members regclass[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  stray record;
begin
  for stray in
    select tgname, tgrelid::regclass as rel from pg_trigger
     where tgfoid = to_regproc(format('cache.%I', function_name))
       and tgrelid <> all (members) and tgparentid = 0
  loop
    execute format('drop trigger %I on %s', stray.tgname, stray.rel);
  end loop;
end $$;

create or replace function cache.build_table(root regclass, repair boolean)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  source text := cache.capture_source(root);
  function_name name := cache.function_name(root);
  present_members regclass[] := array(select cache.tree(root));
  wanted_mode text := (select min(mode) from cache.rule where rel = root and live);
  guard_was text := current_setting('cache.building', true);
begin
  perform set_config('cache.building', 'on', true);
  if source is null then
    perform cache.drop_strays(function_name, '{}');
    execute format('drop function if exists cache.%I()', function_name);
  else
    perform cache.build_function(function_name, source);
    if repair then
      perform cache.drop_unwanted(present_members, wanted_mode);
    end if;
    perform cache.build_triggers(present_members, wanted_mode, function_name, repair);
    perform cache.drop_strays(function_name, present_members);
  end if;
  update cache.rule
     set members = present_members, columns = present.names,
         attnums = cache.attnums_of(root, present.names), origin = cache.origin_of(root)
    from cache.rule as known
    cross join lateral (select cache.present_columns(known)) as present (names)
   where rule.rel = root and known.rel = root and known.resource = rule.resource
     and array_position(present.names, null) is null;
  perform set_config('cache.building', coalesce(guard_was, ''), true);
end $$;

-- select cache.build('city');
create or replace function cache.build(rel text)
returns void
language plpgsql
as $$
declare
  root regclass := pg_catalog.to_regclass(rel);
begin
  perform cache.check_watched(root, rel);
  perform cache.build_table(root, repair => true);
end $$;

create or replace function cache.check_watched(root regclass, given text)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if root is null or not exists (select from cache.rule where rule.rel = root) then
    raise exception 'cache: "%" is not watched', given
      using hint = 'Watched: '
        || coalesce((select string_agg(distinct name, ', ') from cache.rule), 'nothing')
        || '. A table is put under capture by: select cache.watch(...).';
  end if;
end $$;

reset role;

-- migrate:down
