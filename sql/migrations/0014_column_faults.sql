-- migrate:up
-- Which columns can make a code. Their text must be the same in every session: a date or a float
-- is written as the session's settings say, and a code in two spellings is two cache entries.
set local role cache_owner;

-- The one table of all clusters and databases. A restored dump keeps names, not column numbers.
create or replace function cache.origin_of(rel regclass)
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select concat_ws('/', (select system_identifier from pg_control_system()),
    (select oid from pg_database where datname = current_database()), rel::oid)
$$;

create or replace function cache.attnums_of(rel regclass, columns name[])
returns smallint[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select array_agg(attribute.attnum order by position)
    from unnest(columns) with ordinality as given (name, position)
    join pg_attribute as attribute
      on attribute.attrelid = rel and attribute.attname = given.name
$$;

-- The present names of a rule's columns, null for one that is gone. The name decides; the number
-- finds a column that was renamed.
create or replace function cache.present_columns(rule cache.rule)
returns name[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  names name[] := array(
    select attribute.attname
      from unnest(rule.columns) with ordinality as wanted (name, position)
      left join pg_attribute as attribute
        on attribute.attrelid = rule.rel and attribute.attname = wanted.name
       and attribute.attnum > 0 and not attribute.attisdropped
     order by wanted.position);
begin
  if array_position(names, null) > 0 and rule.origin = cache.origin_of(rule.rel) then
    names := array(
      select coalesce(known.name, attribute.attname)
        from unnest(names, rule.attnums) with ordinality as known (name, number, position)
        left join pg_attribute as attribute
          on attribute.attrelid = rule.rel and attribute.attnum = known.number
         and not attribute.attisdropped
       order by known.position);
  end if;
  return names;
end $$;

-- What is wrong with a column as (part of) a code; null when it will do.
create or replace function cache.column_fault(rel regclass, column_name name)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  found record;
begin
  select format_type(type.oid, attribute.atttypmod) as type, type.typtype = 'e'
      or coalesce(nullif(type.typbasetype, 0), type.oid) = any (array[
        'smallint', 'integer', 'bigint', 'numeric', 'boolean', 'uuid', 'text', 'varchar',
        'character', 'name']::regtype[]::oid[]) as is_steady
    into found
    from pg_attribute as attribute join pg_type as type on type.oid = attribute.atttypid
   where attribute.attrelid = column_fault.rel and attribute.attname = column_name
     and attribute.attnum > 0 and not attribute.attisdropped;
  return case
    when found.type is null then format('there is no column %I', column_name)
    when not found.is_steady
    then format('the text of column %I (%s) depends on session settings', column_name, found.type)
  end;
end $$;

-- Why a rule's code can not be computed; null when it can.
create or replace function cache.rule_fault(rule cache.rule)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select string_agg(cache.column_fault(rule.rel, coalesce(known.present, known.wanted)), '; ')
      from unnest(rule.columns, cache.present_columns(rule)) as known (wanted, present));
end $$;

reset role;

-- migrate:down
