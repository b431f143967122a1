-- migrate:up
-- Puts function and triggers of one table, and of its partitions, in the state the rules ask for.
-- What is right already is left alone: DDL may run while trigger events are pending.
set local role cache_owner;

-- The triggers a table should have. "type" is pg_trigger.tgtype.
create or replace function cache.wanted_triggers(mode text, is_partitioned boolean)
returns table (name name, type smallint, clause text)
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select wanted.name, wanted.type, wanted.clause
    from (values
      ('stmt', 'zz_cache_insert', 4,
       'after insert on %s referencing new table as new_rows for each statement'),
      ('stmt', 'zz_cache_update', 16,
       'after update on %s referencing old table as old_rows new table as new_rows for each statement'),
      ('stmt', 'zz_cache_delete', 8,
       'after delete on %s referencing old table as old_rows for each statement'),
      ('row', 'zz_cache_row', 29, 'after insert or update or delete on %s for each row'),
      ('any', 'zz_cache_truncate', 32, 'after truncate on %s for each statement')
    ) as wanted (mode, name, type, clause)
   where wanted.mode in (wanted_triggers.mode, 'any')
     -- rows live in the partitions
     and not (wanted.mode = 'row' and is_partitioned)
$$;

-- Wanted triggers beside those that are there. "state" is pg_trigger.tgenabled, null when the
-- trigger is missing or is not what it should be.
create or replace function cache.trigger_states(rel regclass, mode text)
returns table (name name, clause text, state "char", function_oid oid)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select wanted.name, wanted.clause,
         case when trigger.tgtype = wanted.type and trigger.tgqual is null
               and (trigger.tgoldtable is not null) = (wanted.clause like '%old\_rows%')
               and (trigger.tgnewtable is not null) = (wanted.clause like '%new\_rows%')
              then trigger.tgenabled end,
         trigger.tgfoid
    from pg_class as class
    cross join cache.wanted_triggers(trigger_states.mode, class.relkind = 'p') as wanted
    left join pg_trigger as trigger
      on trigger.tgrelid = class.oid and trigger.tgname = wanted.name
   where class.oid = trigger_states.rel
$$;

-- The name of a table's function: the one that its triggers call already (after a restore from a
-- dump the number in it is another table's), unless a table outside the tree calls it too.
create or replace function cache.function_name(root regclass)
returns name
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with candidate (rank, name) as (
    select 0, proc.proname
      from pg_trigger join pg_proc as proc on proc.oid = tgfoid
     where tgrelid = root and tgname like 'zz\_cache\_%' and pronamespace = 'cache'::regnamespace
    union all
    select n, (left('capture_' || relname, 40) || '_' || root::oid || repeat('_', n - 1))::name
      from pg_class cross join generate_series(1, 5) as n
     where pg_class.oid = root
  )
  select name from candidate
   where not exists (
     select from pg_proc as proc join pg_trigger on tgfoid = proc.oid
      where proc.pronamespace = 'cache'::regnamespace and proc.proname = candidate.name
        and tgrelid not in (select cache.tree(root)))
   order by rank limit 1
$$;

create or replace function cache.drop_triggers(rel regclass, names name[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  trigger_name name;
begin
  for trigger_name in
    select tgname from pg_trigger where tgrelid = rel and tgname = any (names)
  loop
    execute format('drop trigger %I on %s', trigger_name, rel);
  end loop;
end $$;

-- "repair": also what someone took away or disabled on purpose. The DDL guard leaves that alone,
-- unless the table has no capture trigger at all, as a new partition.
create or replace function cache.build_triggers(
  rel regclass, mode text, function_name name, repair boolean)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  wanted_function oid := to_regproc(format('cache.%I', function_name));
  is_new boolean := not exists (
    select from pg_trigger where tgrelid = rel and tgname like 'zz\_cache\_%');
  found record;
begin
  if repair or is_new then
    perform cache.drop_triggers(rel, array(
      select tgname from pg_trigger
       where tgrelid = rel and tgname like 'zz\_cache\_%' and not tgisinternal
         and tgname not in (select name from cache.trigger_states(rel, mode))));
  end if;
  for found in
    select name, clause, state, function_oid is distinct from wanted_function as is_foreign
      from cache.trigger_states(rel, mode)
  loop
    if (found.state is null or found.is_foreign) and (repair or is_new) then
      perform cache.drop_triggers(rel, array[found.name]);
      execute format('create trigger %I ' || found.clause || ' execute function cache.%I()',
        found.name, rel, function_name);
      found.state := 'O';
    end if;
    if found.state = 'O' or (found.state <> 'A' and repair) then
      execute format('alter table %s enable always trigger %I', rel, found.name);
    end if;
  end loop;
end $$;

reset role;

-- migrate:down
