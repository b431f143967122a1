-- The obvious capture: a trigger per row that notifies the code, links looked up in the trigger.
create function notify_city() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then perform pg_notify('city_updates', old.countrycode); end if;
  if tg_op <> 'DELETE' then perform pg_notify('city_updates', new.countrycode); end if;
  return null;
end $$;

create function notify_film_of(film uuid) returns void language plpgsql as $$
begin
  perform pg_notify('movie_updates', film::text), pg_notify('movies_popular_updates', 'all');
  perform pg_notify('genre_updates', genre_id::text) from movie_genres where movie_id = film;
  perform pg_notify('person_updates', person_id::text) from movie_persons where movie_id = film;
end $$;

create function notify_film() returns trigger language plpgsql as $$
begin
  perform notify_film_of(coalesce(new.id, old.id));
  return null;
end $$;

create function notify_genre_link() returns trigger language plpgsql as $$
begin
  perform notify_film_of(coalesce(new.movie_id, old.movie_id)),
    pg_notify('genre_updates', coalesce(new.genre_id, old.genre_id)::text);
  return null;
end $$;

create function notify_person_link() returns trigger language plpgsql as $$
begin
  perform notify_film_of(coalesce(new.movie_id, old.movie_id)),
    pg_notify('person_updates', coalesce(new.person_id, old.person_id)::text);
  return null;
end $$;

create function notify_genre() returns trigger language plpgsql as $$
declare
  changed uuid := coalesce(new.id, old.id);
begin
  perform pg_notify('genre_updates', changed::text), pg_notify('genre_list_updates', 'all');
  perform pg_notify('movie_updates', movie_id::text) from movie_genres where genre_id = changed;
  return null;
end $$;

create function notify_person() returns trigger language plpgsql as $$
declare
  changed uuid := coalesce(new.id, old.id);
begin
  perform pg_notify('person_updates', changed::text);
  perform pg_notify('movie_updates', movie_id::text) from movie_persons where person_id = changed;
  return null;
end $$;

create trigger notify after insert or update or delete on city
  for each row execute function notify_city();
create trigger notify after insert or update or delete on movies
  for each row execute function notify_film();
create trigger notify after insert or update or delete on movie_genres
  for each row execute function notify_genre_link();
create trigger notify after insert or update or delete on movie_persons
  for each row execute function notify_person_link();
create trigger notify after insert or update or delete on genres
  for each row execute function notify_genre();
create trigger notify after insert or update or delete on persons
  for each row execute function notify_person();
