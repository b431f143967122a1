// Postgres as our processes meet it: reachable with either address, the primary, new enough, with
// our schema in it and the rights that each role needs.

import { z } from 'zod';
import type { PostgresPool } from '../../platform/clients/postgres.ts';
import type { Observer } from '../observer.ts';
import { readWatchedTables } from '../state/capture.ts';
import { type Check, type Finding, ill, well } from './finding.ts';
import { postgresProblem } from './postgres-problem.ts';

const versionMin = 15;

const serverRow = z.object({
  version: z.string(),
  version_number: z.number(),
  standby: z.boolean(),
  login: z.string(),
  migrated: z.boolean(),
});

type Server = z.output<typeof serverRow>;

export const checkPostgres: Check = async (observer) => {
  const { settings, database, listenerDatabase } = observer;
  const oneAddress = settings.databaseUrl.reveal() === settings.listenerDatabaseUrl.reveal();
  const api = await checkAddress('DATABASE_URL', database);
  const listener = oneAddress
    ? { server: api.server, findings: [] }
    : await checkAddress('LISTENER_DATABASE_URL', listenerDatabase);
  const findings = [...api.findings, ...listener.findings];
  if (api.server?.migrated !== true || listener.server?.migrated !== true) {
    return findings;
  }
  return [
    ...findings,
    await checkListenerRights(observer, listener.server.login),
    await checkApiRights(observer, api.server.login),
  ];
};

async function checkAddress(
  setting: string,
  database: PostgresPool,
): Promise<{ server: Server | null; findings: Finding[] }> {
  try {
    const [row] = await database.query({
      text: `
        select current_setting('server_version') as version,
               current_setting('server_version_num')::integer as version_number,
               pg_is_in_recovery() as standby, current_user::text as login,
               to_regclass('cache.outbox') is not null and to_regprocedure(
                 'cache.read_other_changes(xid8, integer, bigint[])') is not null as migrated`,
    });
    const server = serverRow.parse(row);
    return { server, findings: judgeServer(setting, server) };
  } catch (error) {
    const found = postgresProblem(error, setting);
    return { server: null, findings: [ill('postgres', found.problem, found.detail, found.fix)] };
  }
}

function judgeServer(setting: string, server: Server): Finding[] {
  const { version, version_number, standby, login, migrated } = server;
  const reached = well('postgres', `${setting}: Postgres ${version}, as ${login}`);
  if (version_number < versionMin * 10_000) {
    return [ill('postgres', 'postgres-version', `${setting} leads to Postgres ${version}`)];
  }
  if (standby) {
    return [ill('postgres', 'postgres-standby', `${setting} leads to a standby: it is read-only`)];
  }
  if (!migrated) {
    return [reached, ill('postgres schema', 'not-migrated', `${setting}: no cache.outbox there`)];
  }
  return [reached];
}

async function checkListenerRights({ listenerDatabase }: Observer, login: string) {
  const [row] = await listenerDatabase.query({
    text: `
      select has_table_privilege('cache.outbox', 'select')
         and has_table_privilege('cache.outbox', 'delete')
         and has_function_privilege('cache.read_other_changes(xid8, integer, bigint[])', 'execute')
         and has_function_privilege('cache.audit(text[])', 'execute') as enough`,
  });
  return row?.enough === true
    ? well('postgres rights', `${login} may relay the outbox`)
    : ill(
        'postgres rights',
        'postgres-rights',
        `${login}, of LISTENER_DATABASE_URL, may not relay the outbox`,
        `psql -c 'grant cache_listener to "${login}"'`,
      );
}

async function checkApiRights({ database, listenerDatabase }: Observer, login: string) {
  const [row] = await database.query({
    text: `select has_table_privilege('cache.incarnation', 'select') as enough`,
  });
  if (row?.enough !== true) {
    const detail = `${login}, of DATABASE_URL, may not read cache.incarnation`;
    const fix = `psql -c 'grant cache_reader to "${login}"'`;
    return ill('postgres rights', 'postgres-rights', detail, fix);
  }
  // A role that may only listen can not see the rules; then the audit stands for them.
  const watched = await readWatchedTables(listenerDatabase).catch(() => []);
  const tables = [...new Set(watched.filter(({ live }) => live).map(({ table }) => table))];
  const unreadable = await database.query({
    text: `
      select name from unnest($1::text[]) as name
       where to_regclass(name) is not null
         and not has_table_privilege(to_regclass(name), 'select')`,
    values: [tables],
  });
  const names = unreadable.map(({ name }) => String(name));
  return names.length === 0
    ? well('postgres rights', `${login} may read what is cached`)
    : ill(
        'postgres rights',
        'postgres-rights',
        `${login}, of DATABASE_URL, may not read ${names.join(', ')}`,
        `psql -c 'grant select on ${names.join(', ')} to "${login}"'`,
      );
}
