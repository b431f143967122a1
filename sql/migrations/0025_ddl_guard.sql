-- migrate:up
-- Event triggers that close the silent holes: DISABLE TRIGGER, swap by rename, ATTACH and DETACH,
-- dropped triggers and tables, rewrites. They repair and flush, or warn. Only a superuser can make
-- them; without them cache.audit() still finds the holes, a little later.
set local role cache_owner;

create or replace function cache.guard_installed()
returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select count(*) = 2 from pg_event_trigger
   where evtname in ('cache_guard_ddl', 'cache_guard_drop') and evtenabled = 'A'
$$;

grant execute on function cache.guard_installed to cache_listener;

-- The watched tables that one command concerns: themselves, or as ancestors of a new or attached
-- partition, or because they had it as a member when they were last built (detached, dropped).
create or replace function cache.watched_roots(object_ids oid[])
returns setof regclass
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    with recursive touched (id) as (
      select unnest(object_ids)
      union
      select inhparent from pg_inherits join touched on inhrelid = touched.id
    )
    select distinct rule.rel
      from touched
      join cache.rule on rule.live and (
        rule.rel = touched.id or touched.id = any (rule.members::oid[]));
end $$;

-- What someone disabled or dropped stays so, with a warning: they asked for it. The rest is put
-- right, and everything is flushed, because a rewrite fires no row trigger.
create or replace function cache.guard_table(root regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  resources text[] := array(select rule.resource from cache.rule where rel = root and live);
  finding record;
begin
  if exists (select from pg_class where oid = root) then
    begin
      perform cache.build_table(root, repair => false);
    exception when others then
      raise warning 'cache: the capture of % was not rebuilt: %', root, sqlerrm;
    end;
  end if;
  perform cache.flush(resource) from unnest(resources) as resource;
  for finding in
    select found.rel, string_agg(distinct found.problem, '; ') as problems
      from (select * from cache.rule_findings()
            union all
            select * from cache.trigger_findings()) as found
     where found.resource = any (resources)
     group by found.rel
  loop
    raise warning 'cache: %: %', finding.rel, finding.problems
      using hint = 'Changes are not all captured: the cache is bypassed until cache.audit() is '
        'empty. Repair with cache.build() or cache.watch().';
  end loop;
end $$;

reset role;

-- As the superuser who installs it: the owner of an altered table has no rights on the rules, and
-- the owner of the rules none on the table.
do $install$
begin
  create or replace function cache.guard_ddl() returns event_trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
  as $$
  begin
    if coalesce(current_setting('cache.building', true), '') <> 'on' then
      perform cache.guard_table(root) from cache.watched_roots(array(
        select coalesce(trigger.tgrelid, command.objid)
          from pg_event_trigger_ddl_commands() as command
          left join pg_trigger as trigger
            on command.classid = 'pg_trigger'::regclass and trigger.oid = command.objid
         where command.classid = 'pg_class'::regclass
           and command.object_type in ('table', 'table column')
           and command.schema_name <> 'pg_temp'
            or trigger.tgname like 'zz\_cache\_%'
            or (select pronamespace from pg_proc where pg_proc.oid = trigger.tgfoid)
               = 'cache'::regnamespace)) as root;
    end if;
  end $$;

  create or replace function cache.guard_drop() returns event_trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
  as $$
  begin
    if coalesce(current_setting('cache.building', true), '') <> 'on' then
      perform cache.guard_table(root) from cache.watched_roots(array(
        select case dropped.object_type when 'table' then dropped.objid
               else to_regclass(format('%I.%I', address_names[1], address_names[2])) end
          from pg_event_trigger_dropped_objects() as dropped
         where dropped.object_type = 'table' and not dropped.is_temporary
            or dropped.object_type = 'trigger'
           and dropped.address_names[3] like 'zz\_cache\_%')) as root;
    end if;
  end $$;

  if not exists (select from pg_event_trigger where evtname = 'cache_guard_ddl') then
    create event trigger cache_guard_ddl on ddl_command_end
      when tag in ('ALTER TABLE', 'CREATE TABLE', 'CREATE TRIGGER', 'ALTER TRIGGER')
      execute function cache.guard_ddl();
  end if;
  if not exists (select from pg_event_trigger where evtname = 'cache_guard_drop') then
    create event trigger cache_guard_drop on sql_drop execute function cache.guard_drop();
  end if;
  -- also for who works with session_replication_role = replica
  alter event trigger cache_guard_ddl enable always;
  alter event trigger cache_guard_drop enable always;
  revoke all on function cache.guard_ddl(), cache.guard_drop() from public;
exception when insufficient_privilege then
  raise warning 'cache: no DDL guard, because "%" is not superuser', current_user
    using hint = 'As a superuser: psql -1 -f sql/migrations/0025_ddl_guard.sql';
end $install$;

-- migrate:down
