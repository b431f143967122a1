-- migrate:up
-- At its commit everything that a transaction did to a film is folded into net events, at most one
-- of each type per film; what came to nothing emits nothing. Numbers are given under the lock of
-- the film's counter, which is held until the commit is over: by outbox number a film's events are
-- in the order of its commits, whichever transaction got its xid first.
set local role catalog_owner;

-- Without a search path of their own the next three are inlined, which writers feel.

-- What an event tells of its film. Titles have no limit, messages do.
create or replace function catalog.content(title text, year integer, rating numeric)
returns jsonb
language sql stable
as $$
  select pg_catalog.jsonb_build_object(
    'title', pg_catalog.left(title, 1000), 'year', year, 'rating', rating)
$$;

-- The events of a film that was in one state and is in another, in their order.
create or replace function catalog.types_of(was "char", now "char", changed boolean)
returns text[]
language sql immutable
as $$
  select pg_catalog.array_remove(array[
    case when was = 'a' and now <> 'a' then 'created'
         when was <> 'a' and now <> 'a' and changed then 'updated' end,
    case when was <> 'p' and now = 'p' then 'published'
         when was = 'p' and now = 'd' then 'unpublished'
         when was <> 'a' and now = 'a' then 'deleted' end
  ], null)
$$;

create or replace function catalog.value_of(
  film uuid, action text, content jsonb, at timestamptz)
returns jsonb
language sql stable
as $$
  select pg_catalog.jsonb_build_object(
    'movie_id', film, 'action', action, 'payload', content,
    'timestamp', pg_catalog.to_char(
      at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
$$;

-- What the present transaction has made of each film so far. Where it changed nothing but links,
-- the film is as it stands. (No view: it would stand in the way of changes to the table.)
create or replace function catalog.net_changes()
returns table (film uuid, types text[], content jsonb)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  return query
    select net.film,
           case when net.was is not null then catalog.types_of(net.was, net.now, net.changed)
                when movie.id is not null then array['updated']
                else '{}' end,
           coalesce(net.content, catalog.content(movie.title, movie.year, movie.rating))
      from (
        select film, bool_or(changed) as changed,
               (array_agg(was order by number) filter (where was is not null))[1] as was,
               (array_agg(now order by number desc) filter (where was is not null))[1] as now,
               (array_agg(content order by number desc) filter (where was is not null))[1]
                 as content
          from catalog.touched
         where xid = pg_current_xact_id()
         group by film
      ) as net
      left join public.movies as movie on movie.id = net.film and net.was is null;
end $$;

-- In the order of the films, so that no two transactions wait for each other's counters. The
-- second statement looks again: a change of links does not lock its film, and whoever held the
-- counter until now may have changed it.
create or replace function catalog.fold()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
begin
  insert into catalog.counter as known (film, last)
  select film, cardinality(types) from catalog.net_changes() where types <> '{}' order by film
      on conflict (film) do update set last = known.last + excluded.last;

  insert into catalog.outbox (aggregateid, type, sequence, payload)
  select net.film, event.type, counter.last - cardinality(net.types) + event.position,
         catalog.value_of(net.film, event.type, net.content, clock_timestamp())
    from catalog.net_changes() as net
    join catalog.counter on counter.film = net.film
    cross join lateral unnest(net.types) with ordinality as event (type, position)
   order by net.film, event.position;

  delete from catalog.touched where xid = pg_current_xact_id();
end $$;

-- Fires for each alarm at commit, and sooner when SET CONSTRAINTS ALL IMMEDIATE wants it so. Which
-- of the two it is shows the delete: only in the second case the trigger on it fires at once, and
-- puts the alarm back. Mostly one statement touched one film, and that is the quick way.
create or replace function catalog.settle()
returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  types text[];
begin
  delete from catalog.touched where xid = new.xid and number = new.number;
  if not found then
    return null; -- folded with an earlier alarm
  end if;
  if exists (select from catalog.touched where xid = new.xid) or new.was is null then
    if not exists (select from catalog.touched where xid = new.xid and number = new.number) then
      new.alarm := null;
      insert into catalog.touched overriding system value select new.*;
      perform catalog.fold();
    end if;
    return null;
  end if;
  types := catalog.types_of(new.was, new.now, new.changed);
  if types <> '{}' then
    with counted as (
      insert into catalog.counter as known (film, last) values (new.film, cardinality(types))
          on conflict (film) do update set last = known.last + excluded.last
      returning last
    )
    insert into catalog.outbox (aggregateid, type, sequence, payload)
    select new.film, type, last - cardinality(types) + position,
           catalog.value_of(new.film, type, new.content, clock_timestamp())
      from counted, unnest(types) with ordinality as event (type, position);
  end if;
  return null;
end $$;

-- With the rights of who deletes: within catalog.settle those of its owner, and nobody else may.
create or replace function catalog.put_back()
returns trigger
language plpgsql
as $$
begin
  if pg_catalog.pg_trigger_depth() operator(pg_catalog.>) 1 then
    set constraints catalog.settle, catalog.put_back deferred;
    insert into catalog.touched overriding system value select old.*;
  end if;
  return null;
end $$;

create constraint trigger settle
  after insert on catalog.touched deferrable initially deferred
  for each row when (new.alarm) execute function catalog.settle();
create constraint trigger put_back
  after delete on catalog.touched deferrable initially deferred
  for each row when (old.alarm) execute function catalog.put_back();
alter table catalog.touched enable always trigger settle;
alter table catalog.touched enable always trigger put_back;

reset role;

-- migrate:down
