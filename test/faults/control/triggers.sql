-- The obvious capture: a trigger per row that notifies the code, links looked up in the trigger.
create function notify_city() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then perform pg_notify('city_updates', old.countrycode); end if;
  if tg_op <> 'DELETE' then perform pg_notify('city_updates', new.countrycode); end if;
  return null;
end $$;

create function notify_film() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    perform pg_notify('movie_updates', to_jsonb(old) ->> tg_argv[0]);
  end if;
  if tg_op <> 'DELETE' then
    perform pg_notify('movie_updates', to_jsonb(new) ->> tg_argv[0]);
  end if;
  return null;
end $$;

create function notify_genre() returns trigger language plpgsql as $$
begin
  perform pg_notify('movie_updates', movie_id::text) from movie_genres where genre_id = new.id;
  return null;
end $$;

create function notify_person() returns trigger language plpgsql as $$
begin
  perform pg_notify('movie_updates', movie_id::text) from movie_persons where person_id = new.id;
  return null;
end $$;

create trigger notify after insert or update or delete on city
  for each row execute function notify_city();
create trigger notify after insert or update or delete on movies
  for each row execute function notify_film('id');
create trigger notify after insert or update or delete on movie_genres
  for each row execute function notify_film('movie_id');
create trigger notify after insert or update or delete on movie_persons
  for each row execute function notify_film('movie_id');
create trigger notify after update on genres for each row execute function notify_genre();
create trigger notify after update on persons for each row execute function notify_person();
