// What goes on in Postgres that hurts after a while: transactions that stay open, notifications
// that nobody takes, and DDL that nobody guards.

import { z } from 'zod';
import type { PostgresPool } from '../../platform/clients/postgres.ts';
import { type Check, type Finding, ill, well } from './finding.ts';

const queueUsageMax = 0.5;
const shownMax = 3;

const openTransaction = z.object({
  what: z.string(),
  age_s: z.number(),
  fix: z.string(),
});

export const checkPostgresLoad: Check = async ({ listenerDatabase, settings }) => [
  ...(await checkTransactions(listenerDatabase, settings.transactionAgeMaxSeconds)),
  await checkNotificationQueue(listenerDatabase),
  await checkEventGuard(listenerDatabase),
];

async function checkTransactions(database: PostgresPool, maxSeconds: number): Promise<Finding[]> {
  const check = 'postgres transactions';
  const rows = await database.query({
    text: `
      select format('process %s (%s, as %s, %s)', pid, coalesce(nullif(application_name, ''), '?'),
                    usename, state) as what,
             extract(epoch from clock_timestamp() - xact_start)::float8 as age_s,
             format('psql -c ''select pg_terminate_backend(%s)''', pid) as fix
        from pg_stat_activity
       where xact_start < clock_timestamp() - make_interval(secs => $1)
         and backend_type = 'client backend' and pid <> pg_backend_pid()
      union all
      select format('prepared transaction %s in %s', gid, database),
             extract(epoch from clock_timestamp() - prepared)::float8,
             format('psql -d %s -c "rollback prepared %L"', database, gid)
        from pg_prepared_xacts
       where prepared < clock_timestamp() - make_interval(secs => $1)
       order by age_s desc limit ${shownMax}`,
    values: [maxSeconds],
  });
  const open = rows.map((row) => openTransaction.parse(row));
  if (open.length > 0) {
    return open.map(({ what, age_s, fix }) =>
      ill(check, 'transaction-open', `${what}: open for ${Math.round(age_s)} s`, fix),
    );
  }
  const [right] = await database.query({
    text: `select current_user as login,
                  pg_has_role(current_user, 'pg_read_all_stats', 'usage') as sees_all`,
  });
  return right?.sees_all === true
    ? [well(check, `none is open for more than ${maxSeconds} s`)]
    : [
        ill(
          check,
          'settings-unknown',
          `${String(right?.login)} sees only its own transactions`,
          `psql -c 'grant pg_read_all_stats to "${String(right?.login)}"'`,
        ),
      ];
}

async function checkNotificationQueue(database: PostgresPool): Promise<Finding> {
  const check = 'postgres notifications';
  const [row] = await database.query({ text: 'select pg_notification_queue_usage() as usage' });
  const usage = Number(row?.usage);
  const text = `the notification queue is ${(usage * 100).toFixed(1)} % full`;
  return usage > queueUsageMax ? ill(check, 'notification-queue', text) : well(check, text);
}

async function checkEventGuard(database: PostgresPool): Promise<Finding> {
  const check = 'postgres DDL guard';
  const [row] = await database.query({ text: 'select cache.guard_installed() as installed' });
  return row?.installed === true
    ? well(check, 'event triggers repair what DDL would switch off')
    : ill(check, 'event-guard-missing', 'no event triggers: only the audit notices such DDL');
}
