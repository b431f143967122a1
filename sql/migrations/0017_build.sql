-- migrate:up
-- Puts function and triggers of one table, and of its partitions, in the state the rules ask for.
-- What is right already is left alone: DDL may run while trigger events are pending.
set local role cache_owner;

-- The triggers a table should have. "type" is pg_trigger.tgtype.
create or replace function cache.wanted_triggers(mode text)
returns table (name name, type smallint, clause text)
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select wanted.name, wanted.type, wanted.clause
    from (values
      ('stmt', 'zz_cache_insert', 4,
       'after insert on %s referencing new table as new_rows for each statement'),
      ('stmt', 'zz_cache_update', 16, 'after update on %s '
       'referencing old table as old_rows new table as new_rows for each statement'),
      ('stmt', 'zz_cache_delete', 8,
       'after delete on %s referencing old table as old_rows for each statement'),
      ('row', 'zz_cache_row', 29, 'after insert or update or delete on %s for each row'),
      ('any', 'zz_cache_truncate', 32, 'after truncate on %s for each statement')
    ) as wanted (mode, name, type, clause)
   where wanted.mode in (wanted_triggers.mode, 'any')
$$;

-- Wanted triggers beside those that are there. "state" is pg_trigger.tgenabled, null when the
-- trigger is missing or is not what it should be.
create or replace function cache.trigger_states(rels regclass[], mode text)
returns table (rel regclass, name name, clause text, state "char", function_oid oid)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  return query
    select class.oid::regclass, wanted.name, wanted.clause,
           case when trigger.tgtype = wanted.type and trigger.tgqual is null
                 and (trigger.tgoldtable is not null) = (wanted.clause like '%old\_rows%')
                 and (trigger.tgnewtable is not null) = (wanted.clause like '%new\_rows%')
                then trigger.tgenabled end,
           trigger.tgfoid
      from unnest(rels) as member
      join pg_class as class on class.oid = member
      cross join cache.wanted_triggers(trigger_states.mode) as wanted
      left join pg_trigger as trigger
        on trigger.tgrelid = class.oid and trigger.tgname = wanted.name
     -- rows live in the partitions
     where not (class.relkind = 'p' and wanted.name = 'zz_cache_row');
end $$;

-- The name of a table's function: the one that its triggers call already (after a restore from a
-- dump the number in it is another table's), unless another watched table calls it too, as when a
-- partition was detached and is now watched by itself.
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
     select from pg_proc as proc
       join pg_trigger on tgfoid = proc.oid
       join cache.rule as other on other.rel = tgrelid and other.rel <> root
      where proc.pronamespace = 'cache'::regnamespace and proc.proname = candidate.name)
   order by rank limit 1
$$;

-- Triggers of ours on these tables that their mode does not want.
create or replace function cache.drop_unwanted(rels regclass[], mode text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  unwanted record;
begin
  for unwanted in
    select tgname, tgrelid::regclass as rel from pg_trigger
     where tgrelid = any (rels) and tgname like 'zz\_cache\_%'
       and tgname not in (select name from cache.wanted_triggers(drop_unwanted.mode))
  loop
    execute format('drop trigger %I on %s', unwanted.tgname, unwanted.rel);
  end loop;
end $$;

-- "repair": also what someone dropped or disabled on purpose. The DDL guard leaves that alone,
-- unless the table has no capture trigger at all, as a new partition.
create or replace function cache.build_triggers(
  rels regclass[], mode text, function_name name, repair boolean)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  wanted_function oid := to_regproc(format('cache.%I', function_name));
  found record;
begin
  for found in
    select present.*, present.function_oid is distinct from wanted_function as is_foreign,
           repair or not exists (
             select from pg_trigger
              where tgrelid = present.rel and tgname like 'zz\_cache\_%') as may_create
      from cache.trigger_states(rels, build_triggers.mode) as present
     where present.state is distinct from 'A' or present.function_oid <> wanted_function
  loop
    if (found.state is null or found.is_foreign) and found.may_create then
      execute format(
        'create or replace trigger %I ' || found.clause || ' execute function cache.%I()',
        found.name, found.rel, function_name);
      found.state := 'O';
    end if;
    if found.state = 'O' or (found.state <> 'A' and repair) then
      execute format('alter table %s enable always trigger %I', found.rel, found.name);
    end if;
  end loop;
end $$;

reset role;

-- migrate:down
