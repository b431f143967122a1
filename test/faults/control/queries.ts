// What the obvious API asks the database for, address by address.

import type { ResourceName } from '../../../contract/resources.ts';

export interface Address {
  /** The code is its first group, where there is more than one. */
  readonly path: RegExp;
  readonly resource: ResourceName;
  readonly query: string;
}

const list = (rows: string) =>
  `(select coalesce(json_agg(row_to_json(item)), '[]') from (${rows}) as item)`;
const one = (rows: string) =>
  `select coalesce((select row_to_json(item)::text from (${rows}) as item), 'null') as text`;

const filmsBy = (link: string, columns: string) => `
  select movies.id, duration, votes ${columns} from movies join ${link} on movie_id = movies.id
   where is_published`;

export const addresses: readonly Address[] = [
  {
    path: /^\/cities\/(.+)$/,
    resource: 'city',
    query: `select ${list(`
      select name, population from city where countrycode = $1
       order by population desc, name`)}::text as text`,
  },
  {
    path: /^\/movies\/popular$/,
    resource: 'movies_popular',
    query: `select ${list(`
      select id, duration, votes from movies where is_published
       order by popularity desc, title, id limit 20`)}::text as text`,
  },
  {
    path: /^\/movies\/(.+)$/,
    resource: 'movie',
    query: one(`
      select duration, votes,
             ${list(`select name from movie_genres join genres on genres.id = genre_id
                      where movie_id = movies.id`)} as genres,
             ${list(`select full_name from movie_persons join persons on persons.id = person_id
                      where movie_id = movies.id`)} as persons
        from movies where id = $1 and is_published`),
  },
  {
    path: /^\/genres$/,
    resource: 'genre_list',
    query: `select ${list('select id, name from genres order by name')}::text as text`,
  },
  {
    path: /^\/genres\/(.+)\/movies$/,
    resource: 'genre',
    query: one(`
      select name, ${list(`${filmsBy('movie_genres', '')}
               and genre_id = genres.id order by movies.id`)} as items,
             (select count(*) from movies join movie_genres on movie_id = movies.id
               where is_published and genre_id = genres.id) as total
        from genres where id = $1`),
  },
  {
    path: /^\/persons\/(.+)$/,
    resource: 'person',
    query: one(`
      select full_name, ${list(`${filmsBy('movie_persons', ', array[role] as roles')}
               and person_id = persons.id order by movies.id`)} as movies
        from persons where id = $1`),
  },
];
