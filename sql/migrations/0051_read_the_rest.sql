-- migrate:up
-- While a send is under way the listener reads on. What it holds already is left out here, not
-- there: else each read would look up again, and answer again, everything that is on its way.
set local role cache_owner;

-- What is visible and not held. Dynamic, so that their ids are constants of the
-- plan: only then they are looked up in a hash table.
create or replace function cache.other_changes(floor xid8, rows_max integer, held bigint[])
returns table (row_ctid tid, id bigint, op "char", resource text, codes text[], row_at timestamptz)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
as $$
#variable_conflict use_column
begin
  if other_changes.held = '{}' then
    return query
      select outbox.ctid, outbox.id, outbox.op, outbox.resource, outbox.codes, outbox.at
        from cache.outbox
       where outbox.xid >= other_changes.floor
       order by outbox.xid, outbox.id
       limit other_changes.rows_max;
  else
    return query execute '
      select outbox.ctid, outbox.id, outbox.op, outbox.resource, outbox.codes, outbox.at
        from cache.outbox
       where outbox.xid >= $1 and outbox.id <> all ($3)
       order by outbox.xid, outbox.id
       limit $2'
      using other_changes.floor, other_changes.rows_max, other_changes.held;
  end if;
end $$;

drop function cache.visible_changes(xid8, integer);

-- floor: where the last complete read said to go on, '0' after every connect. A row not visible to
-- a complete read belongs to a transaction at or above next_floor; an incomplete read keeps its
-- floor. held: the ids of rows that were read and not deleted yet. Without further visible rows
-- there is one row with the rest, whose id is null.
create or replace function cache.read_other_changes(
  floor xid8, rows_max integer, held bigint[])
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
  if read_other_changes.rows_max < 1 then
    raise exception 'cache.read_other_changes: rows_max is %', read_other_changes.rows_max
      using hint = 'Ask for at least one row.';
  end if;
  -- now() is older than the snapshot; statement_timestamp() and clock_timestamp() need not be
  at_ms := pg_catalog.floor(extract(epoch from now()) * 1000);
  next_floor := pg_snapshot_xmin(pg_current_snapshot());
  incarnation := (select current_incarnation.id from cache.current_incarnation);
  for change in
    select seen.*, count(*) over () as total
      from cache.other_changes(
        read_other_changes.floor, read_other_changes.rows_max, read_other_changes.held) as seen
  loop
    if change.total >= read_other_changes.rows_max then
      next_floor := read_other_changes.floor;
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

-- For a listener of before, and for who looks by hand.
create or replace function cache.read_changes(floor xid8, rows_max integer)
returns table (
  at_ms bigint, next_floor xid8, incarnation uuid,
  row_ctid tid, id bigint, op "char", resource text, codes text[], row_at_ms bigint,
  dependents jsonb)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select * from cache.read_other_changes(floor, rows_max, '{}');
$$;

grant execute on function cache.read_other_changes to cache_listener;
reset role;

-- migrate:down
