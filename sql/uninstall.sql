-- Takes the schema "cache" away, with its triggers: psql -v ON_ERROR_STOP=1 -f sql/uninstall.sql
-- The tables it watched stay as they are, and so does the schema "catalog", which goes on writing
-- events. Roles go unless another database still uses them.
\set ON_ERROR_STOP on
begin;

drop event trigger if exists cache_guard_ddl;
drop event trigger if exists cache_guard_drop;
drop schema if exists cache cascade;

-- So that a later migrate installs it again.
do $$
begin
  if to_regclass('public.schema_migrations') is not null then
    delete from public.schema_migrations
     where version between '0010' and '0039' or version in ('0047', '0048', '0050', '0051');
  end if;
  if to_regrole('cache_owner') is not null then
    alter default privileges for role cache_owner grant execute on functions to public;
  end if;
end $$;

do $$
declare
  role_name text;
begin
  foreach role_name in array array['cache_listener', 'cache_reader', 'cache_owner'] loop
    begin
      execute format('drop role if exists %I', role_name);
    exception when dependent_objects_still_exist or insufficient_privilege then
      raise notice 'the role % stays: another database uses it, or it is not ours', role_name;
    end;
  end loop;
end $$;

commit;
