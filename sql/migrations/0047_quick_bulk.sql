-- migrate:up
-- A bulk UPDATE that changes everything need not be joined as a whole to know that it is one flush:
-- its first rows show it, as many as the limit and one. Old and new rows come in the same order;
-- where they did not, rows would be counted that only found no partner, and the flush be needless.
set local role cache_owner;

-- Nothing to do for a statement without rows. Only as many are counted as matter; an update of many
-- is counted again by what really changed.
create or replace function cache.statement_head(
  changed_rows text, smallest integer, largest integer)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  first_rows text := replace(replace(changed_rows,
    'old_rows as old_row', format('(select * from old_rows limit %s) as old_row', largest + 1)),
    'new_rows as new_row', format('(select * from new_rows limit %s) as new_row', largest + 1));
begin
  return format($sql$
declare
  payload text;     -- null: nothing written, one code, or '' for several
  touched bigint;   -- rows of the statement
  changed bigint;
begin
  if tg_op in ('INSERT', 'UPDATE') then
    select count(*) into touched from (select from new_rows limit %1$s) as counted;
  elsif tg_op = 'DELETE' then
    select count(*) into touched from (select from old_rows limit %1$s) as counted;
  end if;
  if touched = 0 then
    return null;
  end if;
  changed := touched;
$sql$, largest + 1)
    || case when changed_rows is null then '' else format($sql$
  if tg_op = 'UPDATE' and touched > %1$s then
    select count(*) into changed from (select from %3$s limit %2$s) as counted;
    if changed < %2$s and touched = %2$s then
      select count(*) into changed from (select from %4$s limit %2$s) as counted;
    end if;
  end if;
$sql$, smallest, largest + 1, first_rows, changed_rows) end;
end $$;

-- What is under capture already gets its function anew; its triggers stay as they are.
do $$
declare
  watched regclass;
begin
  for watched in
    select distinct rule.rel from cache.rule join pg_class on pg_class.oid = rule.rel
     where rule.live
  loop
    perform cache.build_function(cache.function_name(watched), cache.capture_source(watched));
  end loop;
end $$;

reset role;

-- migrate:down
