// A database of its own for one test, cloned from a template with all migrations in it. Whoever
// comes first makes it, once per contents of sql/migrations. The clone goes when the test ends.
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const MIGRATIONS = fileURLToPath(new URL('../../sql/migrations/', import.meta.url));
const TEMPLATE_LOCK = 1_667_327_849;

interface Migration {
  version: string;
  text: string;
}

type Row = Record<string, unknown>;

export interface Database {
  url: string;
  name: string;
  pool: pg.Pool;
  /** Rows of one statement; several statements without parameters give the last one's rows. */
  query: <R extends object = Row>(sql: string, params?: unknown[]) => Promise<R[]>;
  /** A session of its own, closed before the database goes. */
  connect: () => Promise<pg.Client>;
}

export async function createDatabase(
  t: Pick<TestContext, 'after'>,
  options: { migrated: boolean; copyOf?: Database; serverUrl?: string },
): Promise<Database> {
  const serverUrl = serverAddress(options.serverUrl ?? process.env.DATABASE_URL);
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = await templateFor(options, serverUrl);
  await onServer(serverUrl, (client) =>
    client.query(`create database ${name} template ${template}`),
  );
  const url = withDatabase(serverUrl, name);
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on('error', ignore);
  const clients: pg.Client[] = [];
  t.after(async () => {
    await Promise.all([pool.end(), ...clients.map((client) => client.end())]);
    await onServer(serverUrl, (client) =>
      client.query(`drop database if exists ${name} with (force)`),
    );
  });
  return {
    url,
    name,
    pool,
    query: async <R extends object>(sql: string, params?: unknown[]) => {
      const result: pg.QueryResult<R> | pg.QueryResult<R>[] = await pool.query<R>(sql, params);
      return (Array.isArray(result) ? result.at(-1)?.rows : result.rows) ?? [];
    },
    connect: async () => {
      const client = new pg.Client({ connectionString: url });
      client.on('error', ignore);
      clients.push(client);
      await client.connect();
      return client;
    },
  };
}

async function templateFor(
  { migrated, copyOf }: { migrated: boolean; copyOf?: Database },
  serverUrl: string,
): Promise<string> {
  if (copyOf === undefined) {
    return migrated ? await ensureTemplate(serverUrl) : 'template0';
  }
  // Postgres copies a database only while nobody is connected to it.
  await onServer(serverUrl, (client) =>
    client.query(
      'select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1',
      [copyOf.name],
    ),
  );
  return copyOf.name;
}

function serverAddress(url: string | undefined): string {
  if (url === undefined || url === '') {
    throw new Error(
      'DATABASE_URL is not set: run the tests by `npm test`, or `npm run stack` first',
    );
  }
  return withDatabase(url, 'postgres');
}

async function ensureTemplate(serverUrl: string): Promise<string> {
  const migrations = readMigrations();
  const hash = createHash('sha256');
  for (const { version, text } of migrations) {
    hash.update(`${version}\n${text}\n`);
  }
  const template = `template_${hash.digest('hex').slice(0, 16)}`;
  await onServer(serverUrl, async (client) => {
    if (await exists(client, template)) {
      return;
    }
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    if (!(await exists(client, template))) {
      await makeTemplate(client, serverUrl, template, migrations);
    }
  });
  return template;
}

// Under another name until it is whole: a killed run leaves nothing that looks like a template.
async function makeTemplate(
  client: pg.Client,
  serverUrl: string,
  template: string,
  migrations: Migration[],
): Promise<void> {
  const draft = `${template}_draft`;
  await client.query(`drop database if exists ${draft} with (force)`);
  await client.query(`create database ${draft} template template0`);
  await onServer(withDatabase(serverUrl, draft), async (session) => {
    // the table of the migration tool, so that migrating a clone has nothing to do
    await session.query('create table schema_migrations (version varchar(128) primary key)');
    for (const { version, text } of migrations) {
      await session.query(`begin;\n${text}\n;commit;`);
      await session.query('insert into schema_migrations values ($1)', [version]);
    }
    await session.query('delete from cache.outbox');
  });
  await client.query(`alter database ${draft} rename to ${template}`);
}

function readMigrations(): Migration[] {
  return readdirSync(MIGRATIONS)
    .filter((file) => file.endsWith('.sql'))
    .toSorted()
    .map((file) => ({
      version: file.slice(0, file.indexOf('_')),
      text: readFileSync(`${MIGRATIONS}${file}`, 'utf8'),
    }));
}

async function exists(client: pg.Client, database: string): Promise<boolean> {
  const found = await client.query('select from pg_database where datname = $1', [database]);
  return found.rowCount === 1;
}

async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', ignore);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.href;
}

// A session that ends with its database is no news; a query on it still fails.
function ignore(): void {}
