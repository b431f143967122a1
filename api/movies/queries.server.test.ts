import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { loadMovie } from '../../cache/loaders/movie.ts';
import { createDatabase } from '../../test/support/database.ts';
import { loadMoviePage } from './queries.ts';
import { moviePageSchema, movieSchema } from './schemas.ts';

const filmId = '00000000-0000-4000-8000-000000000001';
const film = `
  insert into movies (id, title, rating, is_published) values ('${filmId}', 'A', 7.5, true);
  insert into movie_genres select '${filmId}', id from genres limit 2;
  insert into persons (id, full_name) values ('${filmId}', 'Ann');
  insert into movie_persons values ('${filmId}', '${filmId}', 'director');
`;

test('what the database gives has exactly the documented shapes', async (t) => {
  const { pool, query } = await createDatabase(t, { migrated: true });
  await query(film);
  const database = {
    query: async (asked: { text: string; values?: unknown[] }) => (await pool.query(asked)).rows,
  };

  const { text, incarnation } = await loadMovie(database, filmId);
  assert.equal(incarnation, null, 'no listener has given this database one');
  const shown = movieSchema.strict().parse(JSON.parse(text));
  assert.equal(text, JSON.stringify(shown), 'compact, in the documented order');
  assert.equal(shown.rating, 7.5);

  const { total, items } = await loadMoviePage(database, { page: 1, size: 10 });
  const list = z.array(moviePageSchema.shape.items.element.strict()).parse(JSON.parse(items));
  assert.deepEqual([total, list.length], [1, 1]);
  assert.equal(items, JSON.stringify(list));
});
