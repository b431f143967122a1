// What every answer shows of a film itself, and the order of films in lists that name none.

export const filmColumns = `
  movies.id, title, description, year, rating, votes, duration, poster_url`;

export const filmTimeColumns = `
  to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as created_at,
  to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as updated_at`;

export const newestFirst = 'year desc nulls last, title, id';
