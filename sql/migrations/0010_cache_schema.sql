-- migrate:up
-- Schema "cache" and its three roles. Roles belong to the whole cluster: another database may be
-- creating the same ones at this moment, or may have made them long ago.
do $$
declare
  role_name text;
begin
  foreach role_name in array array['cache_owner', 'cache_listener', 'cache_reader'] loop
    begin
      if to_regrole(role_name) is null then
        execute format('create role %I nologin', role_name);
      end if;
    exception
      when duplicate_object or unique_violation then null; -- the other database was first
      when insufficient_privilege then
        raise exception 'cache: "%" may not create the role %', current_user, role_name
          using hint = 'As a superuser: create role cache_owner nologin; '
            || 'create role cache_listener nologin; create role cache_reader nologin; '
            || format('grant cache_owner to %I;', current_user);
    end;
  end loop;
end $$;

-- Who is not superuser must be able to act as the owner: from 16 on, having created a role
-- gives only the right to grant it.
do $$
declare
  how text := case when current_setting('server_version_num')::int >= 160000
                   then ' with inherit true, set true' else '' end;
begin
  if not pg_has_role(current_user, 'cache_owner', 'usage') then
    execute format('grant cache_owner to %I%s', current_user, how);
  end if;
exception
  when unique_violation then null; -- granted by a migration of another database just now
  when insufficient_privilege then
    raise exception 'cache: "%" may not act as the role cache_owner', current_user
      using hint = format('As a superuser: grant cache_owner to %I%s;', current_user, how);
end $$;

do $$
declare
  owner_name text := (select nspowner::regrole from pg_namespace where nspname = 'cache');
begin
  if owner_name <> 'cache_owner' then
    raise exception 'cache: a schema of that name exists already and belongs to %', owner_name
      using hint = 'Rename it: alter schema cache rename to something_else;';
  end if;
  if owner_name is null then
    create schema cache authorization cache_owner;
  end if;
end $$;

set local role cache_owner;
alter default privileges revoke execute on functions from public;
revoke all on schema cache from public;
grant usage on schema cache to cache_listener, cache_reader;
reset role;

-- migrate:down
