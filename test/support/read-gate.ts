// Holds the API's reads of `city` open after their snapshot was taken, and counts them exactly.
// A process that connects through `url` sees a view of the same name before the real table.

import type { Database } from './database.ts';
import { eventually } from './eventually.ts';

export interface ReadGate {
  /** DATABASE_URL of the processes whose reads must pass the gate. */
  url: string;
  /** From now on reads stop at the gate, with the rows as they were when they began. */
  close: () => Promise<void>;
  open: () => Promise<void>;
  waitForHeldReads: (count: number) => Promise<void>;
  /** Statements that read the table through the gate, since ever. */
  countReads: () => Promise<number>;
}

const lockId = 4711;

const installGate = `
  create schema gate;
  create sequence gate.reads minvalue 0;
  create function gate.pass() returns boolean language plpgsql as $$
  begin
    perform nextval('gate.reads');
    perform pg_advisory_lock_shared(${lockId});
    perform pg_advisory_unlock_shared(${lockId});
    return true;
  end $$;
  -- The sub-select is run once per statement, under the snapshot that the statement already has.
  create view gate.city as select * from public.city where (select gate.pass());
  select nextval('gate.reads');
`;

export async function installReadGate(database: Database): Promise<ReadGate> {
  await database.query(installGate);
  const keeper = await database.connect();
  const url = new URL(database.url);
  url.searchParams.set('options', '-c search_path=gate,public');

  async function countHeld(): Promise<number> {
    const [row] = await database.query<{ held: string }>(
      `select count(*) as held from pg_locks
        where locktype = 'advisory' and not granted and objid = ${lockId}
          and database = (select oid from pg_database where datname = current_database())`,
    );
    return Number(row?.held);
  }

  return {
    url: url.href,
    close: async () => void (await keeper.query(`select pg_advisory_lock(${lockId})`)),
    open: async () => void (await keeper.query(`select pg_advisory_unlock(${lockId})`)),
    waitForHeldReads: async (count) => {
      await eventually(async () => ((await countHeld()) === count ? true : undefined), {
        what: `${count} reads at the gate`,
      });
    },
    countReads: async () => {
      const [row] = await database.query<{ reads: string }>(
        'select last_value as reads from gate.reads',
      );
      return Number(row?.reads);
    },
  };
}
