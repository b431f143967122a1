-- migrate:up
-- cache.build(): everything for one watched table, by name. The one to call after a repair by hand.
set local role cache_owner;

create or replace function cache.build_function(root regclass, function_name name, source text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  execute format(
    'create or replace function cache.%I() returns trigger language plpgsql security definer '
    'set search_path = pg_catalog, pg_temp as %L', function_name, source);
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
    select tgrelid::regclass as rel, array_agg(tgname) as names
      from pg_trigger
     where tgfoid = to_regproc(format('cache.%I', function_name))
       and tgrelid <> all (members) and not tgisinternal
     group by tgrelid
  loop
    perform cache.drop_triggers(stray.rel, stray.names);
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
  guard_was text := current_setting('cache.building', true);
  member regclass;
begin
  perform set_config('cache.building', 'on', true);
  if source is null then
    perform cache.drop_strays(function_name, '{}');
    execute format('drop function if exists cache.%I()', function_name);
  else
    perform cache.build_function(root, function_name, source);
    foreach member in array present_members loop
      perform cache.build_triggers(member, rule.mode, function_name, repair)
         from (select distinct mode from cache.rule where rel = root and live) as rule;
    end loop;
    perform cache.drop_strays(function_name, present_members);
  end if;
  update cache.rule set members = present_members, columns = present.names
    from cache.rule as old_rule
    cross join lateral (select cache.present_columns(old_rule)) as present (names)
   where rule.rel = root and old_rule.rel = root and old_rule.resource = rule.resource
     and array_position(present.names, null) is null
     and (rule.members, rule.columns) is distinct from (present_members, present.names);
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
