-- migrate:up
-- A film shows genres and people by name. It depends on sources of their own for that, because
-- "genre" and "person" become answers with films in them: each link would name every film.
select cache.watch(
  'genres', resource => 'genre_name', columns => '{id}', channel => 'genre_name_updates');
select cache.watch(
  'persons', resource => 'person_name', columns => '{id}', channel => 'person_name_updates');

select cache.depends('movie', on_resource => 'genre_name',
  query => 'select movie_id from movie_genres where genre_id = any ($1::uuid[])');
select cache.depends('movie', on_resource => 'person_name',
  query => 'select movie_id from movie_persons where person_id = any ($1::uuid[])');

select cache.undepend('movie', on_resource => 'genre');
select cache.undepend('movie', on_resource => 'person');

-- migrate:down
