-- migrate:up
-- The pieces of a generated capture function. Each function here returns SQL text; the whole is put
-- together in the next migration. Read a finished one with:
--   select cache.capture_source('city');
set local role cache_owner;

-- The code of one row. "C": codes are compared byte by byte, whatever the column's collation.
create or replace function cache.code_of(columns name[], row_name text)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select case
      when cardinality(columns) = 1 then format('%s.%I::text collate "C"', row_name, columns[1])
      else format('case when %s then json_build_array(%s)::text collate "C" end',
        string_agg(format('%s.%I is not null', row_name, name), ' and ' order by position),
        string_agg(format('%s.%I::text', row_name, name), ', ' order by position))
    end
    from unnest(columns) with ordinality as part (name, position));
end $$;

-- One outbox row for at most one changed row, given as a query of (old_code, new_code).
create or replace function cache.write_one(resource text, pair_query text)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return format($sql$
    insert into cache.outbox (resource, codes)
    select %L, array_remove(array[pair.old_code, nullif(pair.new_code, pair.old_code)], null)
      from (
        %s
      ) as pair
     where coalesce(pair.old_code, pair.new_code) is not null
    returning case cardinality(outbox.codes) when 1 then outbox.codes[1] else '' end
      into payload;$sql$, resource, pair_query);
end $$;

-- Outbox rows of up to 500 codes, given as a query of distinct codes.
create or replace function cache.write_many(resource text, codes_query text)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return format($sql$
    with written as (
      insert into cache.outbox (resource, codes)
      select %L, array_agg(numbered.code)
        from (
          select changed.code, (row_number() over () - 1) / 500 as chunk
            from (
              %s
            ) as changed (code)
           where changed.code is not null
        ) as numbered
       group by numbered.chunk
      returning outbox.codes
    )
    select case sum(cardinality(written.codes)) when 1 then max(written.codes[1]) else '' end
      into payload
      from written
    having count(*) > 0;$sql$, resource, codes_query);
end $$;

create or replace function cache.write_flush(resource text)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return format($sql$
    insert into cache.outbox (op, resource) values ('f', %L);
    payload := '';$sql$, resource);
end $$;

-- The wake test of cache.wake(), in line: this runs in every write.
create or replace function cache.ring(channel text)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return format($sql$
  if payload is not null and not pg_try_advisory_xact_lock_shared(1667327848, 1)
     and coalesce(current_setting('cache.wake', true), '') <> 'off' then
    perform pg_notify(%L, case when octet_length(payload) < 8000 then payload else '' end);
  end if;$sql$, channel);
end $$;

-- Old and new image of the changed rows, joined at the primary key; null without a usable one.
-- Images are compared byte by byte (*<>), because json and point have no equality. A row whose key
-- changed has an image on one side only: its comparison is null, which is "not false".
create or replace function cache.changed_rows(root regclass)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select format('old_rows as old_row full join new_rows as new_row on %s'
      || ' where (old_row.* operator(pg_catalog.*<>) new_row.*) is not false',
      string_agg(format('old_row.%1$I operator(%2$I.%3$s) new_row.%1$I',
        attribute.attname, operator_schema.nspname, operator.oprname), ' and '
        order by part.position))
    from pg_index as key
    cross join unnest(key.indkey, key.indclass) with ordinality as part (attnum, opclass, position)
    join pg_attribute as attribute
      on attribute.attrelid = key.indrelid and attribute.attnum = part.attnum
    join pg_opclass as class on class.oid = part.opclass
    join pg_amop as equality
      on equality.amopfamily = class.opcfamily and equality.amopstrategy = 3
     and equality.amoplefttype = class.opcintype and equality.amoprighttype = class.opcintype
    join pg_operator as operator on operator.oid = equality.amopopr
    join pg_namespace as operator_schema on operator_schema.oid = operator.oprnamespace
   where key.indrelid = root and key.indisprimary
     -- a child by inheritance may repeat its parent's keys
     and (exists (select from pg_partitioned_table where partrelid = root)
          or not exists (select from pg_inherits where inhparent = root))
  having count(*) > 0);
end $$;

reset role;

-- migrate:down
