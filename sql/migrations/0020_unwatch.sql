-- migrate:up
-- The two ways back. unwatch: capture stops, so the resource is read from the database from now on
-- (cache.audit() reports it until it is watched again). forget: its answers do not come from this
-- table any more, so nothing is missing.
set local role cache_owner;

-- A dropped table can only be found by the name it was watched under.
create or replace function cache.find_rule(root regclass, given text, resource text)
returns cache.rule
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  found_rule cache.rule;
begin
  select * into found_rule from cache.rule
   where rule.resource = find_rule.resource
     and (rule.rel = root or rule.name in (given, 'public.' || given))
   order by (rule.rel = root) desc nulls last limit 1;
  if found_rule.rel is null then
    raise exception 'cache: "%" is not watched for the resource "%"', given, resource
      using hint = 'Watched: ' || coalesce((
        select string_agg(format('%s for %s', rule.name, rule.resource), ', ' order by rule.name)
          from cache.rule), 'nothing') || '.';
  end if;
  return found_rule;
end $$;

create or replace function cache.rebuild_if_there(root regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from pg_class where oid = root) then
    perform cache.lock_table(root);
    perform cache.build_table(root, repair => false);
  end if;
end $$;

create or replace function cache.unwatch(rel text, resource text)
returns void
language plpgsql
as $$
declare
  gone cache.rule := cache.find_rule(pg_catalog.to_regclass(rel), rel, resource);
begin
  update cache.rule set live = false
   where rule.rel operator(pg_catalog.=) gone.rel
     and rule.resource operator(pg_catalog.=) gone.resource;
  perform cache.rebuild_if_there(gone.rel);
  perform cache.flush(gone.resource);
end $$;

create or replace function cache.forget(rel text, resource text)
returns void
language plpgsql
as $$
declare
  gone cache.rule := cache.find_rule(pg_catalog.to_regclass(rel), rel, resource);
begin
  perform cache.flush(gone.resource);
  delete from cache.rule
   where rule.rel operator(pg_catalog.=) gone.rel
     and rule.resource operator(pg_catalog.=) gone.resource;
  perform cache.rebuild_if_there(gone.rel);
end $$;

reset role;

-- migrate:down
