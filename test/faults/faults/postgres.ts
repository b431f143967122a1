// What befalls Postgres from inside: sessions ended, and a disk that takes its time.

import { elapse, persist } from '../elapse.ts';
import { withSession } from '../world/sessions.ts';
import { type Fault, proveThat, type Stage } from './fault.ts';

/** By application name; PGAPPNAME names those that do not name themselves. */
const clients = ['cinesync-api', 'cinesync-listener', 'faults-'];

const slowCommitMs = 100;
/** What a commit has to take to count as slow; some of it may be somebody else's wait. */
const slowCommitSeenMs = 80;

export const postgresFaults: readonly Fault[] = [
  {
    kind: 'pg_terminate_backend',
    weight: 4,
    durationMs: [0.1, 1],
    fits: () => true,
    befall: (stage, { random }) => {
      const client = random.pick(clients);
      return stage.alone('postgres', async () => {
        const ended = await onPostgres(stage, async (query) => {
          const [row] = await query<{ ended: number }>(
            `select count(pg_terminate_backend(pid))::integer as ended from pg_stat_activity
              where application_name like $1 || '%' and pid <> pg_backend_pid()`,
            [client],
          );
          return row?.ended ?? 0;
        });
        proveThat(ended > 0, `no session of ${client}`);
        return { target: client, proof: `${ended} sessions ended` };
      });
    },
  },
  {
    kind: 'slow disk',
    weight: 3,
    durationMs: [1000, 6000],
    fits: () => true,
    befall: (stage, { durationMs }) =>
      stage.alone('postgres', async () => {
        await delayCommits(stage, slowCommitMs);
        const tookMs = await slowestCommitMs(stage).catch(() => 0);
        await elapse(durationMs);
        await delayCommits(stage, 0);
        proveThat(tookMs >= slowCommitSeenMs, `a commit took only ${tookMs} ms`);
        return { target: 'postgres', proof: `a commit took ${tookMs} ms` };
      }),
  },
];

type Query = <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>;

function onPostgres<Result>(
  { world }: Stage,
  use: (query: Query) => Promise<Result>,
): Promise<Result> {
  return persist(
    () =>
      withSession(world.servers.databaseUrl, (session) =>
        use(
          async <Row extends object>(text: string, values: unknown[] = []) =>
            (await session.query<Row>(text, values)).rows,
        ),
      ),
    { forMs: 15_000 },
  );
}

/** Waits inside the commit, right before the log is flushed: what a slow disk does. */
async function delayCommits(stage: Stage, delayMs: number): Promise<void> {
  await onPostgres(stage, async (query) => {
    await query(`alter system set commit_delay = ${delayMs * 1000}`);
    await query('alter system set commit_siblings = 0');
    await query('select pg_reload_conf()');
  });
}

/** The sessions take up the setting one after another. */
async function slowestCommitMs(stage: Stage): Promise<number> {
  return await onPostgres(stage, async (query) => {
    let slowestMs = 0;
    for (let attempt = 0; attempt < 20 && slowestMs < slowCommitSeenMs; attempt += 1) {
      const sentMs = performance.now();
      await query(`select pg_logical_emit_message(true, 'faults', 'x')`);
      slowestMs = Math.max(slowestMs, Math.round(performance.now() - sentMs));
    }
    return slowestMs;
  });
}
