-- migrate:up
-- Puts the capture function of one table together: one static function, no dynamic SQL when it
-- runs. It depends only on the table, so all its partitions share it.
set local role cache_owner;

-- What one rule does in a statement trigger: few rows, many, or too many.
create or replace function cache.statement_section(
  rule cache.rule, columns name[], changed_rows text)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  old_code text := cache.code_of(columns, 'old_row');
  new_code text := cache.code_of(columns, 'new_row');
  updated_pair text := format(
    'select %s as old_code, %s as new_code from old_rows as old_row, new_rows as new_row'
    || ' where old_row.* operator(pg_catalog.*<>) new_row.*', old_code, new_code);
  updated_codes text := format(case
    when changed_rows is null
    then 'select %s from old_rows as old_row union select %s from new_rows as new_row'
    else 'select distinct unnest(array[%s, %s]) from %s' end, old_code, new_code, changed_rows);
begin
  return format($sql$
  -- %1$s
  payload := null;
  if tg_op = 'TRUNCATE' or changed > %2$s then%3$s
  elsif tg_op = 'UPDATE' and touched = 1 then%4$s
  elsif tg_op = 'UPDATE' then%5$s
  elsif tg_op = 'INSERT' and touched = 1 then%6$s
  elsif tg_op = 'INSERT' then%7$s
  elsif touched = 1 then%8$s
  else%9$s
  end if;%10$s
$sql$,
    rule.resource, rule.flush_over,
    cache.write_flush(rule.resource),
    cache.write_one(rule.resource, updated_pair),
    cache.write_many(rule.resource, updated_codes),
    cache.write_one(rule.resource,
      format('select null as old_code, %s as new_code from new_rows as new_row', new_code)),
    cache.write_many(rule.resource,
      format('select distinct %s from new_rows as new_row', new_code)),
    cache.write_one(rule.resource,
      format('select %s as old_code, null as new_code from old_rows as old_row', old_code)),
    cache.write_many(rule.resource,
      format('select distinct %s from old_rows as old_row', old_code)),
    cache.ring(rule.channel));
end $$;

-- The same for a row trigger. Outside its operation old, or new, is null, and so is its code.
create or replace function cache.row_section(rule cache.rule, columns name[])
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return format($sql$
  -- %1$s
  payload := null;
  if tg_op = 'TRUNCATE' then%2$s
  else%3$s
  end if;%4$s
$sql$,
    rule.resource,
    cache.write_flush(rule.resource),
    cache.write_one(rule.resource, format('select %s as old_code, %s as new_code',
      cache.code_of(columns, 'old'), cache.code_of(columns, 'new'))),
    cache.ring(rule.channel));
end $$;

-- A rule whose code can no longer be computed (its column was dropped) must not fail the writers:
-- until someone watches the table anew, every statement flushes.
create or replace function cache.faulty_section(rule cache.rule)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return format(E'\n  -- %s: its code can not be computed%s%s\n', rule.resource,
    cache.write_flush(rule.resource), cache.ring(rule.channel));
end $$;

-- Nothing to do for a statement without rows. Only as many are counted as matter; an update of many
-- is counted again by what really changed.
create or replace function cache.statement_head(
  changed_rows text, smallest integer, largest integer)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
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
    || coalesce($sql$
  if tg_op = 'UPDATE' and touched > $sql$ || smallest || $sql$ then
    select count(*) into changed
      from (select from $sql$ || changed_rows || $sql$
       limit $sql$ || largest + 1 || $sql$) as counted;
  end if;
$sql$, '');
end $$;

create or replace function cache.row_head()
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return $sql$
declare
  payload text;     -- null: nothing written, one code, or '' for several
begin
  if tg_op = 'UPDATE' and old operator(pg_catalog.*=) new then
    return null;
  end if;
$sql$;
end $$;

-- The whole text; null when no live rule is left.
create or replace function cache.capture_source(root regclass)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  changed_rows text := cache.changed_rows(root);
begin
  return (
    select E'\n-- Written by cache.build() from cache.rule: change the rule, not this text.'
      || case when bool_or(rule.mode = 'stmt')
              then cache.statement_head(changed_rows, min(rule.flush_over), max(rule.flush_over))
              else cache.row_head() end
      || string_agg(case
           when cache.rule_fault(rule) is not null then cache.faulty_section(rule)
           when rule.mode = 'stmt'
           then cache.statement_section(rule, cache.present_columns(rule), changed_rows)
           else cache.row_section(rule, cache.present_columns(rule))
         end, '' order by rule.resource)
      || E'\n  return null;\nend;\n'
      from cache.rule as rule
     where rule.rel = root and rule.live);
end $$;

reset role;

-- migrate:down
