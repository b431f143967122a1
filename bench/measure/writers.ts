// Writers that commit one small UPDATE after another, as fast as they are answered: each on a
// connection of its own, and in rows of its own, so that no two wait for the same row.

import pg from 'pg';

export interface WritersOptions {
  readonly writers: number;
  readonly ids: { readonly from: number; readonly to: number };
}

export interface Writers {
  /** Commits so far. */
  readonly commits: number;
  stop(): Promise<void>;
}

export function createPool(url: string, connections: number): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: connections });
  pool.on('error', () => undefined);
  return pool;
}

export async function startWriters(url: string, options: WritersOptions): Promise<Writers> {
  const { writers, ids } = options;
  const clients = await Promise.all(
    Array.from({ length: writers }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
  const state = { commits: 0, stopping: false };
  const rows = Math.floor((ids.to - ids.from + 1) / writers);
  const working = clients.map(async (client, index) => {
    const first = ids.from + index * rows;
    for (let turn = 0; !state.stopping; turn += 1) {
      await client.query({
        name: 'write',
        text: 'update city set population = population + 1 where id = $1',
        // Not the neighbour's row each time: a step that has no divisor in common visits all.
        values: [first + ((turn * 7919) % rows)],
      });
      state.commits += 1;
    }
  });
  return {
    get commits() {
      return state.commits;
    },
    stop: async () => {
      state.stopping = true;
      await Promise.all(working);
      await Promise.all(clients.map((client) => client.end()));
    },
  };
}
