// The Postgres half of the seed: one connection, one transaction per data set. What is loaded
// already is left alone, because people change rows and want to find them so tomorrow.

import pg from 'pg';
import type { Secret } from '../../platform/secret.ts';
import { areCitiesLoaded, loadCities } from './cities.ts';
import { areMoviesLoaded, loadMovies, readMovieRows } from './movies.ts';
import type { Output } from './progress.ts';

export interface LoadTablesOptions {
  url: Secret;
  /** Load what is loaded already once more: rows of the seed get back their values. */
  force: boolean;
  output: Output;
}

/** Resolves with the names of what it loaded. */
export async function loadTables(options: LoadTablesOptions): Promise<string[]> {
  const { url, force, output } = options;
  const client = new pg.Client({
    connectionString: url.reveal(),
    application_name: 'cinesync-seed',
    connectionTimeoutMillis: 3000,
    keepAlive: true,
  });
  // Without a listener a lost connection would end the process; the query under way rejects too.
  client.on('error', () => undefined);
  const loaded: string[] = [];
  try {
    await client.connect();
    await inTransaction(client, async () => {
      if (!force && (await areCitiesLoaded(client))) {
        output.write('seed: the cities are loaded already and stay as they are\n');
      } else {
        await loadCities(client, output);
        loaded.push('cities');
      }
    });
    const movieRows = readMovieRows();
    await inTransaction(client, async () => {
      if (!force && (await areMoviesLoaded(client, movieRows))) {
        output.write('seed: the movies are loaded already and stay as they are\n');
      } else {
        await loadMovies(client, movieRows, output);
        loaded.push('movies');
      }
    });
  } finally {
    await client.end().catch(() => undefined);
  }
  return loaded;
}

/** Two seeds at once would wait for each other's rows in turns; the lock makes one wait whole. */
async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('begin');
  await client.query(`select pg_advisory_xact_lock(hashtextextended('cinesync seed', 0))`);
  await work();
  await client.query('commit');
}
