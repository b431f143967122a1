-- migrate:up
-- A resource may be made of others alone: a list of popular films has no row of its own. So
-- cache.depends() also begins one, and a dependency is capture enough for the audit.
--   select cache.depends('movies_popular', on_resource => 'movie',
--     query => $$select 'all' where $1::text[] <> '{}'$$);
set local role cache_owner;

create or replace function cache.check_dependency(resource text, on_resource text)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if resource is null or resource !~ '^[a-z][a-z0-9]*(_[a-z0-9]+)*$' or length(resource) > 24 then
    raise exception 'cache.depends: "%" can not name a resource', resource
      using hint = 'Take up to 24 lower-case letters, digits and single underscores.';
  end if;
  perform cache.channel_of(on_resource);
  if resource = on_resource then
    raise exception 'cache.depends: "%" can not depend on itself', resource
      using hint = 'Watch the other tables for it instead: select cache.watch(...).';
  end if;
end $$;

-- Flushed first: with its last dependency such a resource is forgotten.
create or replace function cache.undepend(resource text, on_resource text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  gone name;
begin
  perform cache.flush(resource);
  delete from cache.dependency
   where dependency.resource = undepend.resource
     and dependency.on_resource = undepend.on_resource
  returning dependency.function_name into gone;
  if gone is null then
    raise exception 'cache: "%" does not depend on "%"', resource, on_resource
      using hint = 'See: select resource, on_resource from cache.dependency;';
  end if;
  execute format('drop function if exists cache.%I(text[])', gone);
end $$;

-- As before, but with one plan: for an array of unknown length each call was planned anew, which
-- took four times as long as the query, and the listener's read calls for every changed row.
create or replace function cache.build_dependents(function_name name, source text)
returns void
language plpgsql
as $$
declare
  caller_path text := (
    select pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ')
      from pg_catalog.unnest(pg_catalog.current_schemas(false)) as name);
begin
  execute pg_catalog.format(
    'create or replace function cache.%I(text[]) returns jsonb language plpgsql stable '
    'security definer set search_path = %s set lock_timeout = ''200ms'' '
    'set plan_cache_mode = force_generic_plan as %L',
    function_name, pg_catalog.concat_ws(', ', caller_path, 'pg_temp'), source);
  execute pg_catalog.format(
    'alter function cache.%I(text[]) owner to %I', function_name, current_user);
  execute pg_catalog.format('revoke all on function cache.%I(text[]) from public', function_name);
  execute pg_catalog.format(
    'grant execute on function cache.%I(text[]) to cache_owner', function_name);
end $$;

create or replace function cache.audit(expected text[] default '{}')
returns table (resource text, rel text, problem text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
  with own as materialized (
    select * from cache.rule_findings()
    union all
    select * from cache.trigger_findings()
    union all
    select * from cache.dependency_findings()
    union all
    select missing, null, 'no table is watched for it, and it depends on nothing'
      from unnest(expected) as missing
     where missing not in (select cache.known_resources())
  )
  select own.resource, own.rel, own.problem from own
  union
  -- what is not captured for a resource is not captured for those that show it
  select dependency.resource, own.rel, format('through %s: %s', own.resource, own.problem)
    from own join cache.dependency on dependency.on_resource = own.resource
   order by 1, 2, 3
$$;

reset role;

-- migrate:down
