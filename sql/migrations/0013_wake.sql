-- migrate:up
-- The alarm clock, and invalidation by hand for changes that no trigger can see.
--
-- The listener parks under an exclusive advisory lock. A writer tries the shared one: granted, it
-- holds the listener awake until its commit is visible; refused, it rings. Under load nobody rings,
-- because a notifying commit takes a lock of the whole cluster.
set local role cache_owner;

create or replace function cache.wake(channel text, payload text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if not pg_try_advisory_xact_lock_shared(1667327848, 1)
     and coalesce(current_setting('cache.wake', true), '') <> 'off' then
    perform pg_notify(channel, case when octet_length(payload) < 8000 then payload else '' end);
  end if;
end $$;

create or replace function cache.channel_of(wanted text)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if wanted is null or wanted not in (select cache.known_resources()) then
    raise exception 'cache: there is no resource "%"', wanted
      using hint = 'Known: '
        || coalesce((select string_agg(known, ', ') from cache.known_resources() as known), 'none')
        || '. A new one begins with: select cache.watch(...).';
  end if;
  return coalesce(
    (select min(rule.channel) from cache.rule where rule.resource = wanted),
    wanted || '_updates');
end $$;

-- select cache.invalidate('city', '{BGR,ROU}');
create or replace function cache.invalidate(resource text, codes text[])
returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  channel text := cache.channel_of(resource);
  distinct_codes text[] := array(
    select distinct code from unnest(codes) as given (code) where code is not null);
begin
  for start in 1 .. cardinality(distinct_codes) by 500 loop
    insert into cache.outbox (resource, codes)
    values (invalidate.resource, distinct_codes[start : start + 499]);
  end loop;
  if cardinality(distinct_codes) > 0 then
    perform cache.wake(
      channel, case when cardinality(distinct_codes) = 1 then distinct_codes[1] else '' end);
  end if;
end $$;

-- select cache.flush('city');
create or replace function cache.flush(resource text)
returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  channel text := cache.channel_of(resource);
begin
  insert into cache.outbox (op, resource) values ('f', flush.resource);
  perform cache.wake(channel, '');
end $$;

reset role;

-- migrate:down
