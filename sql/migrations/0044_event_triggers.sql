-- migrate:up
-- The triggers that call all this, also in replica sessions, and catalog.audit(), which tells of
-- those that are not as they should be. Without one, changes of films emit nothing: the listener
-- says so, and answers are still cached, because invalidations do not depend on it.
set local role catalog_owner;

create or replace function catalog.wanted_triggers()
returns table (rel text, name name, type smallint, function_name name, clause text)
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select 'public.' || captured.rel, 'zz_catalog_' || wanted.event, wanted.type::smallint,
         case when captured.rel <> 'movies' then 'touch_linked_films'
              when wanted.event = 'update' then 'touch_updated_films'
              else 'touch_films' end,
         wanted.clause
    from (values ('movies'), ('movie_genres'), ('movie_persons')) as captured (rel)
   cross join (values
     ('insert', 4, 'after insert on %s referencing new table as new_rows'),
     ('update', 16, 'after update on %s referencing old table as old_rows new table as new_rows'),
     ('delete', 8, 'after delete on %s referencing old table as old_rows'),
     ('truncate', 34, 'before truncate on %s')
   ) as wanted (event, type, clause)
$$;

create or replace function catalog.audit()
returns table (rel text, problem text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select wanted.rel, case
        when to_regclass(wanted.rel) is null then 'the table is gone'
        when trigger.tgfoid is distinct from to_regproc('catalog.' || wanted.function_name)
          or trigger.tgtype <> wanted.type
          then format('trigger %s is missing or another', wanted.name)
        else format('trigger %s is %s', wanted.name, case trigger.tgenabled
               when 'D' then 'disabled' else 'not ENABLE ALWAYS' end)
      end
      from (
        select * from catalog.wanted_triggers()
        union all
        values ('catalog.touched', 'settle', 5::smallint, 'settle', null),
               ('catalog.touched', 'put_back', 9::smallint, 'put_back', null)
      ) as wanted
      left join pg_trigger as trigger
        on trigger.tgrelid = to_regclass(wanted.rel) and trigger.tgname = wanted.name
     where trigger.tgenabled is distinct from 'A'
        or trigger.tgtype <> wanted.type
        or trigger.tgfoid is distinct from to_regproc('catalog.' || wanted.function_name)
     order by 1, wanted.name;
  -- nobody sees those of a running transaction
  if exists (select from catalog.touched where xid <> coalesce(
    pg_current_xact_id_if_assigned(), '0'))
  then
    return query values ('catalog.touched', 'films were touched, and nothing was emitted');
  end if;
end $$;

revoke execute on all functions in schema catalog from public;
grant execute on function catalog.audit to cache_listener;
reset role;

do $$
declare
  wanted record;
begin
  for wanted in select * from catalog.wanted_triggers() loop
    execute format('create or replace trigger %I ', wanted.name)
      || format(wanted.clause, wanted.rel)
      || format(' for each statement execute function catalog.%I()', wanted.function_name);
    execute format('alter table %s enable always trigger %I', wanted.rel, wanted.name);
  end loop;
end $$;

-- migrate:down
