-- migrate:up
-- A read must end: from a second on what depends is flushed, not looked up. The listener gives a
-- read three seconds, and whoever leads next would meet the same rows, and so on for ever. A flush
-- is always right; that it comes from here on for all rows is told by "flushed" (read_changes).
set local role cache_owner;

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
    if op = 'f' or dependency.resource = any (flushed)
      or clock_timestamp() > statement_timestamp() + interval '1 s'
    then
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

reset role;

-- migrate:down
