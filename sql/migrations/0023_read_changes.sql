-- migrate:up
-- The listener's one read: visible changes, their dependents, the time they prove, the next floor
-- and the incarnation, all from one snapshot. Stable functions below a stable one share it.
set local role cache_owner;

-- Always along the primary key from the floor on: the table's statistics mean nothing.
create or replace function cache.visible_changes(floor xid8, rows_max integer)
returns table (row_ctid tid, id bigint, op "char", resource text, codes text[], row_at timestamptz)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
as $$
#variable_conflict use_column
begin
  return query
    select outbox.ctid, outbox.id, outbox.op, outbox.resource, outbox.codes, outbox.at
      from cache.outbox
     where outbox.xid >= visible_changes.floor
     order by outbox.xid, outbox.id
     limit visible_changes.rows_max;
end $$;

-- One change's dependents. "flushed" lists the resources that this read flushes already: they
-- need no codes, and a query that failed once (a lock, a timeout) is not tried for each row.
create or replace function cache.dependents_of(
  source text, op "char", codes text[], flushed text[])
returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  dependency record;
  dependents jsonb := '[]';
  dependent jsonb;
begin
  for dependency in
    select known.resource, known.function_name from cache.dependency as known
     where known.on_resource = source order by known.resource
  loop
    if op = 'f' or dependency.resource = any (flushed) then
      dependent := jsonb_build_object('resource', dependency.resource, 'flush', true);
    else
      begin
        execute format('select cache.%I($1)', dependency.function_name) into dependent using codes;
      exception when undefined_function or insufficient_privilege then -- the wrapper itself
        dependent := jsonb_build_object(
          'resource', dependency.resource, 'flush', true, 'fault', sqlstate || ': ' || sqlerrm);
      end;
    end if;
    if dependent ? 'flush' or dependent -> 'codes' <> '[]' then
      dependents := dependents || dependent;
    end if;
  end loop;
  return dependents;
end $$;

-- floor: where the last complete read said to go on, '0' after every connect. A row not visible to
-- a complete read belongs to a transaction at or above next_floor; an incomplete read keeps its
-- floor. Without visible rows there is one row with the rest, whose id is null.
create or replace function cache.read_changes(floor xid8, rows_max integer)
returns table (
  at_ms bigint, next_floor xid8, incarnation uuid,
  row_ctid tid, id bigint, op "char", resource text, codes text[], row_at_ms bigint,
  dependents jsonb)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
  sources text[] := array(select distinct on_resource from cache.dependency);
  flushed text[] := '{}';
  change record;
begin
  if read_changes.rows_max < 1 then
    raise exception 'cache.read_changes: rows_max is %', read_changes.rows_max
      using hint = 'Ask for at least one row.';
  end if;
  -- now() is older than the snapshot; statement_timestamp() and clock_timestamp() need not be
  at_ms := pg_catalog.floor(extract(epoch from now()) * 1000);
  next_floor := pg_snapshot_xmin(pg_current_snapshot());
  incarnation := (select current_incarnation.id from cache.current_incarnation);
  for change in
    select seen.*, count(*) over () as total
      from cache.visible_changes(read_changes.floor, read_changes.rows_max) as seen
  loop
    if change.total >= read_changes.rows_max then
      next_floor := read_changes.floor;
    end if;
    row_ctid := change.row_ctid;
    id := change.id;
    op := change.op;
    resource := change.resource;
    codes := change.codes;
    row_at_ms := pg_catalog.floor(extract(epoch from change.row_at) * 1000);
    dependents := '[]';
    if change.resource = any (sources) then
      dependents := cache.dependents_of(change.resource, change.op, change.codes, flushed);
      flushed := flushed || array(
        select entry ->> 'resource' from jsonb_array_elements(dependents) as entry
         where entry ? 'flush');
    end if;
    return next;
  end loop;
  if not found then
    return next;
  end if;
end $$;

grant execute on function cache.read_changes to cache_listener;
reset role;

-- migrate:down
