// Many films for a test or a measurement: the real ones of the seed, and generated ones made of the
// words and names of the real ones, so that each word is as frequent as it is in real titles.

import pg from 'pg';
import { loadMovies, readMovieRows } from '../../sql/seed/movies.ts';
import type { Database } from './database.ts';

/** All 3,201, published. */
export async function loadRealFilms(database: Pick<Database, 'connect'>): Promise<void> {
  const client: pg.Client = await database.connect();
  await client.query('begin');
  await loadMovies(client, readMovieRows(), { write: () => true });
  await client.query('commit');
}

/** After the real ones. Each with one or two genres and up to three people; one in 30 a draft. */
export async function generateFilms(
  database: Pick<Database, 'query'>,
  { films, persons }: { films: number; persons: number },
): Promise<void> {
  await database.query(`
    begin;
    select setseed(0.5);
    create temp table word on commit drop as
      select row_number() over () as number, word
        from movies, regexp_split_to_table(title, '\\s+') as word where word <> '';
    create temp table name on commit drop as
      select row_number() over () as number, split_part(full_name, ' ', 1) as first,
             regexp_replace(full_name, '^.* ', '') as last
        from persons;
    create temp table genre on commit drop as
      select row_number() over () as number, id from genres;

    create or replace function pg_temp.pick(count bigint) returns bigint language sql volatile
      as 'select 1 + floor(random() * count)::bigint';

    create temp table made_person on commit drop as
      with drawn as materialized (
        select pg_temp.pick((select count(*) from name)) as one,
               pg_temp.pick((select count(*) from name)) as other
          from generate_series(1, ${persons}))
      select gen_random_uuid() as id, row_number() over () as number,
             a.first || ' ' || b.last as name
        from drawn join name as a on a.number = one join name as b on b.number = other;
    insert into persons (id, full_name) select id, name from made_person;

    create temp table made_film on commit drop as
      select gen_random_uuid() as id, number, 1 + number % 5 as words
        from generate_series(1, ${films}) as number;
    create temp table made_text on commit drop as
      with drawn as materialized (
        select id, place, words, pg_temp.pick((select count(*) from word)) as number
          from made_film, generate_series(1, 17) as place)
      select id, string_agg(word, ' ') filter (where place <= words) as title,
             string_agg(word, ' ') filter (where place > 5) as description
        from drawn join word using (number) group by id;
    insert into movies (id, title, description, year, rating, votes, duration, is_published)
      select id, title, description,
             case when random() < 0.95 then 1930 + floor(random() * 95)::integer end,
             case when random() < 0.9 then round((1 + random() * 9)::numeric, 1) end,
             floor(exp(random() * 12))::integer, 60 + floor(random() * 120)::integer,
             number % 30 <> 0
        from made_film join made_text using (id);

    insert into movie_persons (movie_id, person_id, role)
      with drawn as materialized (
        select made_film.id as film, role,
               pg_temp.pick((select count(*) from made_person)) as number
          from made_film, unnest('{director,actor,writer}'::text[]) as role)
      select film, made_person.id, role from drawn join made_person using (number);
    insert into movie_genres (movie_id, genre_id)
      with drawn as materialized (
        select made_film.id as film, pg_temp.pick((select count(*) from genre)) as number
          from made_film, generate_series(1, 2))
      select distinct film, genre.id from drawn join genre using (number);
    commit;
    analyze movies, persons, genres, movie_persons, movie_genres`);
}
