-- migrate:up
-- A film's page shows the film, its links, and its genres and persons by name.
select cache.watch(
  'movies', resource => 'movie', columns => '{id}', channel => 'movie_updates');
select cache.watch(
  'movie_genres', resource => 'movie', columns => '{movie_id}', channel => 'movie_updates');
select cache.watch(
  'movie_persons', resource => 'movie', columns => '{movie_id}', channel => 'movie_updates');
select cache.watch(
  'genres', resource => 'genre', columns => '{id}', channel => 'genre_updates');
select cache.watch(
  'persons', resource => 'person', columns => '{id}', channel => 'person_updates');

select cache.depends('movie', on_resource => 'genre',
  query => 'select movie_id from movie_genres where genre_id = any ($1::uuid[])');
select cache.depends('movie', on_resource => 'person',
  query => 'select movie_id from movie_persons where person_id = any ($1::uuid[])');

-- migrate:down
