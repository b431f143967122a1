-- migrate:up
-- Notes what each statement did to which films, whoever ran it: a row per film, and none for a row
-- whose image did not change. A statement that touched something sets an alarm for the commit.
set local role catalog_owner;

create or replace function catalog.state_of(id uuid, is_published boolean)
returns "char"
language sql immutable
as $$
  select case when id is null then 'a' when is_published then 'p' else 'd' end::"char"
$$;

-- That a film is published or not is told by events of its own, and updated_at goes along. A
-- changed id is one film that went and another that came.
create or replace function catalog.touch_updated_films()
returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  asides constant text[] := '{is_published,updated_at}';
begin
  if not exists (select from new_rows offset 1) then
    insert into catalog.touched (film, was, now, changed, content, alarm)
    select new_row.id, catalog.state_of(old_row.id, old_row.is_published),
           catalog.state_of(new_row.id, new_row.is_published),
           old_row.is_published = new_row.is_published
             or to_jsonb(old_row) - asides <> to_jsonb(new_row) - asides,
           catalog.content(new_row.title, new_row.year, new_row.rating), true
      from old_rows as old_row, new_rows as new_row
     where old_row.id = new_row.id and old_row.* operator(pg_catalog.*<>) new_row.*;
    if found then
      return null;
    end if;
  end if;
  insert into catalog.touched (film, was, now, changed, content, alarm)
  select coalesce(new_row.id, old_row.id), catalog.state_of(old_row.id, old_row.is_published),
         catalog.state_of(new_row.id, new_row.is_published),
         coalesce(old_row.is_published = new_row.is_published, true)
           or to_jsonb(old_row) - asides <> to_jsonb(new_row) - asides,
         case when new_row.id is null
              then catalog.content(old_row.title, old_row.year, old_row.rating)
              else catalog.content(new_row.title, new_row.year, new_row.rating) end,
         nullif(row_number() over () = 1, false)
    from old_rows as old_row full join new_rows as new_row on new_row.id = old_row.id
   where old_row.id is null or new_row.id is null
      or old_row.* operator(pg_catalog.*<>) new_row.*;
  return null;
end $$;

-- TRUNCATE has no transition table: it is noted before, under its lock.
create or replace function catalog.touch_films()
returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    insert into catalog.touched (film, was, now, changed, content, alarm)
    select id, 'a', catalog.state_of(id, is_published), true, catalog.content(title, year, rating),
           nullif(row_number() over () = 1, false)
      from new_rows;
  elsif tg_op = 'DELETE' then
    insert into catalog.touched (film, was, now, changed, content, alarm)
    select id, catalog.state_of(id, is_published), 'a', true, catalog.content(title, year, rating),
           nullif(row_number() over () = 1, false)
      from old_rows;
  else
    insert into catalog.touched (film, was, now, changed, content, alarm)
    select id, catalog.state_of(id, is_published), 'a', true, catalog.content(title, year, rating),
           nullif(row_number() over () = 1, false)
      from public.movies;
  end if;
  return null;
end $$;

-- A link that is moved touches the film that it leaves and the one that it joins.
create or replace function catalog.touch_linked_films()
returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    insert into catalog.touched (film, changed, alarm)
    select movie_id, true, nullif(row_number() over () = 1, false)
      from (select distinct movie_id from new_rows) as link;
  elsif tg_op = 'DELETE' then
    insert into catalog.touched (film, changed, alarm)
    select movie_id, true, nullif(row_number() over () = 1, false)
      from (select distinct movie_id from old_rows) as link;
  elsif tg_op = 'UPDATE' then
    insert into catalog.touched (film, changed, alarm)
    select movie_id, true, nullif(row_number() over () = 1, false)
      from (
        (select link.movie_id from (table old_rows except all table new_rows) as link)
        union
        (select link.movie_id from (table new_rows except all table old_rows) as link)
      ) as link;
  elsif tg_relid = to_regclass('public.movie_genres') then
    insert into catalog.touched (film, changed, alarm)
    select movie_id, true, nullif(row_number() over () = 1, false)
      from (select distinct movie_id from public.movie_genres) as link;
  else
    insert into catalog.touched (film, changed, alarm)
    select movie_id, true, nullif(row_number() over () = 1, false)
      from (select distinct movie_id from public.movie_persons) as link;
  end if;
  return null;
end $$;

reset role;

-- migrate:down
