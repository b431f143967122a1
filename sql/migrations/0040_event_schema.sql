-- migrate:up
-- Schema "catalog" and its role: every committed change of a film becomes an event here. The role
-- belongs to the whole cluster; the listener reads as a member of cache_listener.
do $$
begin
  if to_regrole('catalog_owner') is null then
    create role catalog_owner nologin;
  end if;
exception
  when duplicate_object or unique_violation then null; -- another database was first
  when insufficient_privilege then
    raise exception 'catalog: "%" may not create the role catalog_owner', current_user
      using hint = format(
        'As a superuser: create role catalog_owner nologin; grant catalog_owner to %I;',
        current_user);
end $$;

do $$
declare
  how text := case when current_setting('server_version_num')::int >= 160000
                   then ' with inherit true, set true' else '' end;
begin
  if not pg_has_role(current_user, 'catalog_owner', 'usage') then
    execute format('grant catalog_owner to %I%s', current_user, how);
  end if;
exception
  when unique_violation then null; -- granted by a migration of another database just now
  when insufficient_privilege then
    raise exception 'catalog: "%" may not act as the role catalog_owner', current_user
      using hint = format('As a superuser: grant catalog_owner to %I%s;', current_user, how);
end $$;

do $$
declare
  owner_name text := (select nspowner::regrole from pg_namespace where nspname = 'catalog');
begin
  if owner_name <> 'catalog_owner' then
    raise exception 'catalog: a schema of that name exists already and belongs to %', owner_name
      using hint = 'Rename it: alter schema catalog rename to something_else;';
  end if;
  if owner_name is null then
    create schema catalog authorization catalog_owner;
  end if;
end $$;

-- What an event is made from; where row security hides films, their events are missing too.
grant usage on schema public to catalog_owner;
grant select on movies, movie_genres, movie_persons to catalog_owner;

set local role catalog_owner;
revoke all on schema catalog from public;
grant usage on schema catalog to cache_listener;
reset role;

-- migrate:down
