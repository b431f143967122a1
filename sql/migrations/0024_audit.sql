-- migrate:up
-- cache.audit(): every way in which capture is not what it should be; empty = healthy. The listener
-- announces a resource with a finding as untrusted, so a finding means bypass until it is repaired.
-- Mostly: select cache.build('table'); or select cache.watch(...) again.
set local role cache_owner;

-- A rule and its table.
create or replace function cache.rule_findings()
returns table (resource text, rel text, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select rule.resource, rule.name, problem.text
    from cache.rule
    left join pg_class as class on class.oid = rule.rel
    left join pg_namespace as namespace on namespace.oid = class.relnamespace
    cross join lateral (
      select quote_ident(namespace.nspname) || '.' || quote_ident(class.relname)) as present (name)
    cross join lateral (values
      (case when not rule.live then 'not watched any more (cache.unwatch)' end),
      (case when rule.live and class.oid is null then 'the table is gone' end),
      (case when rule.live and present.name <> rule.name
            then format('the watched table is now called %s: that name is free or another table''s',
                        present.name) end),
      (case when rule.live and class.oid is not null then cache.rule_fault(rule) end)
    ) as problem (text)
   where problem.text is not null;
end $$;

-- The triggers of a rule's table and of its partitions, and the function they call.
create or replace function cache.trigger_findings()
returns table (resource text, rel text, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with root as materialized (
    select watched.rel, watched.mode, cache.capture_source(watched.rel) as source
      from (select distinct rule.rel, rule.mode from cache.rule
              join pg_class on pg_class.oid = rule.rel where rule.live) as watched
  ), problem as (
    select root.rel as root, trigger.rel, case
        when trigger.state is null then format('trigger %s is missing', trigger.name)
        when trigger.state <> 'A' and trigger.state <> 'O'
          then format('trigger %s is disabled', trigger.name)
        when trigger.state = 'O' then format('trigger %s is not ENABLE ALWAYS', trigger.name)
        when proc.prosrc <> root.source or not proc.prosecdef
          or proc.proconfig is distinct from array['search_path=pg_catalog, pg_temp', 'jit=off']
          then format('the function of %s is not what cache.build() would write', trigger.name)
      end as text
      from root
      cross join cache.trigger_states(array(select cache.tree(root.rel)), root.mode) as trigger
      left join pg_proc as proc on proc.oid = trigger.function_oid
  )
  select rule.resource, problem.rel::text, problem.text
    from problem join cache.rule on rule.rel = problem.root and rule.live
   where problem.text is not null;
end $$;

-- Dependencies whose query is gone or does not plan. Waiting for a lock is no fault of the query.
create or replace function cache.dependency_findings()
returns table (resource text, rel text, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  dependency record;
  answer jsonb;
begin
  for dependency in select known.* from cache.dependency as known loop
    resource := dependency.resource;
    rel := null;
    answer := cache.dependents_of(dependency.on_resource, 'k', '{}', '{}');
    for problem in
      select entry ->> 'fault' from jsonb_array_elements(answer) as entry
       where entry ->> 'resource' = dependency.resource and entry ->> 'fault' !~ '^(55P03|57014)'
    loop
      problem := format('its query on %s fails: %s', dependency.on_resource, problem);
      return next;
    end loop;
    if not exists (select from cache.rule
                    where rule.resource = dependency.on_resource and rule.live) then
      problem := format('depends on %s, which no table is watched for', dependency.on_resource);
      return next;
    end if;
  end loop;
end $$;

-- "expected": resources that must be watched, for a caller that knows them.
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
    select missing, null, 'no table is watched for it'
      from unnest(expected) as missing
     where not exists (select from cache.rule where rule.resource = missing)
  )
  select own.resource, own.rel, own.problem from own
  union
  -- what is not captured for a resource is not captured for those that show it
  select dependency.resource, own.rel, format('through %s: %s', own.resource, own.problem)
    from own join cache.dependency on dependency.on_resource = own.resource
   order by 1, 2, 3
$$;

grant execute on function cache.audit to cache_listener;
reset role;

-- migrate:down
