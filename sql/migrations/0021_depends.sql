-- migrate:up
-- cache.depends(): an answer that shows rows of another resource. A trigger that looked the links
-- up would miss one that another transaction commits meanwhile, so they are looked up by the
-- listener's read, when both are visible.
--   select cache.depends('movie', on_resource => 'genre',
--     query => 'select movie_id from movie_genres where genre_id = any ($1::uuid[])');
set local role cache_owner;

-- The wrapper runs with the rights of who declared it (the listener may not read the tables) and
-- never fails: what it can not answer becomes a flush, with the fault told.
create or replace function cache.dependents_source(resource text, query text, flush_over integer)
returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select format($sql$
-- Written by cache.depends(): declare it again rather than change this text.
#variable_conflict use_column
declare
  dependent_codes text[];
begin
  dependent_codes := array(
    select distinct dependent.code::text
      from (
%1$s
           ) as dependent (code)
     where dependent.code is not null
     limit %2$s + 1);
  if cardinality(dependent_codes) > %2$s then
    return jsonb_build_object('resource', %3$L, 'flush', true);
  end if;
  return jsonb_build_object('resource', %3$L, 'codes', to_jsonb(dependent_codes));
exception when query_canceled or others then
  return jsonb_build_object(
    'resource', %3$L, 'flush', true, 'fault', sqlstate || ': ' || sqlerrm);
end;
$sql$, query, flush_over, resource)
$$;

-- One column, known tables, parameter of the right type: as an array sub-select it must plan.
create or replace function cache.check_query(query text)
returns void
language plpgsql
as $$
begin
  execute pg_catalog.format(E'explain select array(\n%s\n)', query) using '{}'::text[];
exception when others then
  raise exception 'cache.depends: the query does not work: %', sqlerrm
    using hint = 'It is one select of one column, the code, with the changed codes as $1::text[], '
      'for example: select movie_id from movie_genres where genre_id = any ($1::uuid[])';
end $$;

-- The tables are found as the caller finds them now, whoever calls the wrapper later.
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
    'security definer set search_path = %s set lock_timeout = ''200ms'' as %L',
    function_name, pg_catalog.concat_ws(', ', caller_path, 'pg_temp'), source);
  execute pg_catalog.format(
    'alter function cache.%I(text[]) owner to %I', function_name, current_user);
  execute pg_catalog.format('revoke all on function cache.%I(text[]) from public', function_name);
  execute pg_catalog.format(
    'grant execute on function cache.%I(text[]) to cache_owner', function_name);
end $$;

-- Run once on no codes: what plans may still fail, or write.
create or replace function cache.try_dependents(function_name name)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  answer jsonb;
begin
  execute format('select cache.%I(''{}'')', function_name) into answer;
  if answer ? 'fault' then
    raise exception 'cache.depends: the query does not work: %', answer ->> 'fault';
  end if;
end $$;

create or replace function cache.check_dependency(resource text, on_resource text)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  perform cache.channel_of(resource);
  perform cache.channel_of(on_resource);
  if resource = on_resource then
    raise exception 'cache.depends: "%" can not depend on itself', resource
      using hint = 'Watch the other tables for it instead: select cache.watch(...).';
  end if;
end $$;

create or replace function cache.depends(
  resource text, on_resource text, query text, flush_over integer default 10000)
returns void
language plpgsql
as $$
declare
  function_name name := pg_catalog.concat('dependents__', resource, '__', on_resource);
  bare_query text := pg_catalog.rtrim(query, E'; \n\t');
begin
  perform cache.check_dependency(resource, on_resource);
  perform cache.check_query(bare_query);
  perform cache.build_dependents(
    function_name, cache.dependents_source(resource, bare_query, flush_over));
  perform cache.try_dependents(function_name);
  insert into cache.dependency as known (resource, on_resource, query, function_name)
  values (depends.resource, depends.on_resource, bare_query, function_name)
      on conflict on constraint dependency_pkey do update set query = excluded.query;
  perform cache.flush(resource);
end $$;

create or replace function cache.undepend(resource text, on_resource text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  gone name;
begin
  delete from cache.dependency
   where dependency.resource = undepend.resource
     and dependency.on_resource = undepend.on_resource
  returning dependency.function_name into gone;
  if gone is null then
    raise exception 'cache: "%" does not depend on "%"', resource, on_resource
      using hint = 'See: select resource, on_resource from cache.dependency;';
  end if;
  execute format('drop function if exists cache.%I(text[])', gone);
  perform cache.flush(resource);
end $$;

reset role;

-- migrate:down
