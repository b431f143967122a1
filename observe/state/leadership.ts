// Which listener leads and which stand by, as Postgres knows it: by the leader's lock and by the
// name under which listeners connect.

import { z } from 'zod';
import { leaderLock, lockSpace } from '../../contract/advisory-locks.ts';
import type { PostgresPool } from '../../platform/clients/postgres.ts';

export interface ListenerSession {
  /** Of the server's process, as in pg_stat_activity. */
  pid: number;
  address: string | null;
}

export interface LeadershipState {
  leader: ListenerSession | null;
  standbys: ListenerSession[];
}

const sessionRow = z.object({
  pid: z.number(),
  address: z.string().nullable(),
  leads: z.boolean(),
});

export async function readLeadership(
  database: Pick<PostgresPool, 'query'>,
): Promise<LeadershipState> {
  const rows = await database.query({
    name: 'observe_leadership',
    text: `
      with leader as (
        select pid from pg_locks
         where locktype = 'advisory' and granted
           and classid = $1::bigint::oid and objid = $2::integer::oid and objsubid = 2
           and database = (select oid from pg_database where datname = current_database())
      )
      select activity.pid, host(client_addr) || ':' || client_port as address,
             activity.pid in (select pid from leader) as leads
        from pg_stat_activity as activity
       where datname = current_database()
         and (application_name = 'cinesync-listener'
              or activity.pid in (select pid from leader))
       order by activity.pid`,
    values: [lockSpace, leaderLock],
  });
  const sessions = rows.map((row) => sessionRow.parse(row));
  const shown = ({ pid, address }: ListenerSession) => ({ pid, address });
  const leader = sessions.find(({ leads }) => leads);
  return {
    leader: leader === undefined ? null : shown(leader),
    standbys: sessions.filter(({ leads }) => !leads).map(shown),
  };
}
