-- migrate:up
-- A genre and a person show their films, not who or what else is linked to these: their own row,
-- their links, and the films by dependency. (Both tables are watched already; again is a flush.)
select cache.watch(
  'genres', resource => 'genre', columns => '{id}', channel => 'genre_updates');
select cache.watch(
  'movie_genres', resource => 'genre', columns => '{genre_id}', channel => 'genre_updates');
select cache.watch(
  'persons', resource => 'person', columns => '{id}', channel => 'person_updates');
select cache.watch(
  'movie_persons', resource => 'person', columns => '{person_id}', channel => 'person_updates');

select cache.depends('genre', on_resource => 'movie',
  query => 'select genre_id from movie_genres where movie_id = any ($1::uuid[])');
select cache.depends('person', on_resource => 'movie',
  query => 'select person_id from movie_persons where movie_id = any ($1::uuid[])');

-- Whether a film that changed was among the popular ones, nobody knows any more: any change counts.
select cache.depends('movies_popular', on_resource => 'movie',
  query => $$select 'all' where $1::text[] <> '{}'$$);
select cache.depends('genre_list', on_resource => 'genre_name',
  query => $$select 'all' where $1::text[] <> '{}'$$);

-- migrate:down
