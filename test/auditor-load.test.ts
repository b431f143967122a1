// The auditor as fast as it goes, under load and faults: it must never complain about an entry that
// has a right to be there, and be able to find one that has none. AUDIT_COMPARISONS says how many
// conclusions to wait for: AUDIT_COMPARISONS=100000 node --import tsx --test on this file.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type AuditorHealth, auditorHealth, waitForAudit } from './support/audit.ts';
import { eventually } from './support/eventually.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import type { RunningProcess } from './support/processes.ts';

const conclusionsWanted = Number(process.env.AUDIT_COMPARISONS ?? 1000);
const faultsWanted = Math.max(8, Math.ceil(conclusionsWanted / 2000));

const countries = 'ABCDEFGHIJKL'
  .split('')
  .flatMap((one) => ['X', 'Y', 'Z'].map((two) => `${one}A${two}`));
const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const films = Array.from({ length: 40 }, (_, number) => uuid(number));
const genres = Array.from({ length: 5 }, (_, number) => uuid(number));

function anyOf<Item>(items: readonly Item[]): Item {
  return items[Math.floor(Math.random() * items.length)] as Item;
}

async function fillTables(pipeline: Pipeline): Promise<void> {
  await pipeline.sql(`
    insert into city(name, countrycode, population)
    select 'Town ' || n, code, 1
    from unnest('{${countries.join()}}'::text[]) as code, generate_series(1, 3) as n;
    delete from genres;
    insert into genres(id, name)
    select id, 'Genre ' || id from unnest('{${genres.join()}}'::uuid[]) as id;
    insert into movies(id, title, rating, is_published)
    select id, 'Film', 1, true from unnest('{${films.join()}}'::uuid[]) as id;
    insert into movie_genres
    select id, genre from unnest('{${films.join()}}'::uuid[], '{${genres.join()}}'::uuid[])
      as pair(id, genre)
    where genre is not null`);
}

/** Values come back after a while, so that an old entry can look like a new one. */
const smallWrites = [
  () => `update city set population = 3 - population where countrycode = '${anyOf(countries)}'`,
  () => `update city set countrycode = '${anyOf(countries)}' where id in (select id from city
           where name = 'Town 3' order by random() limit 1)`,
  () => `begin; update city set population = population + 1
           where countrycode = '${anyOf(countries)}'; rollback`,
  () => `update movies set rating = 3 - rating where id = '${anyOf(films)}'`,
  () => `update movies set is_published = not is_published where id = '${anyOf(films)}'`,
  () => `insert into movie_genres values ('${anyOf(films)}', '${anyOf(genres)}')
           on conflict do nothing`,
  () => `delete from movie_genres where movie_id = '${anyOf(films)}'`,
];
const largeWrites = [
  () => `update city set population = 3 - population where name = 'Town 2'`,
  () => `update genres set name = reverse(name) where id = '${anyOf(genres)}'`,
  () => `select cache.flush('${anyOf(['city', 'movie'])}')`,
];

/** Few void many entries: those that live long are the ones to look at twice. */
function anyWrite(): string {
  return anyOf(Math.random() < 0.02 ? largeWrites : smallWrites)();
}

/** Writes and reads until it is told to stop. What fails under a fault is tried no further. */
async function work(pipeline: Pipeline, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const paths = [
      ...Array.from({ length: 4 }, () => `/cities/${anyOf(countries)}`),
      ...Array.from({ length: 4 }, () => `/movies/${anyOf(films)}`),
    ];
    await pipeline.sql(anyWrite()).catch(() => undefined);
    await Promise.allSettled(paths.map((path) => pipeline.get(path)));
  }
}

type Fault = (pipeline: Pipeline) => Promise<void>;

function restart(group: RunningProcess[], start: () => RunningProcess): void {
  assert.ok(group.shift()?.kill('SIGKILL'), 'it was running');
  start();
}

async function freeze(group: RunningProcess[], pipeline: Pipeline): Promise<void> {
  assert.ok(group[0]?.kill('SIGSTOP'), 'it was running');
  await pipeline.sql(`select pg_sleep(${Math.random() * 3})`);
  group[0]?.kill('SIGCONT');
}

const faults: Record<string, Fault> = {
  'listener killed': async (pipeline) =>
    restart(pipeline.listeners, () => pipeline.startListener()),
  'cleaner killed': async (pipeline) => restart(pipeline.cleaners, () => pipeline.startCleaner()),
  'API killed': async (pipeline) => restart(pipeline.apis, () => pipeline.startApi()),
  'listener frozen': (pipeline) => freeze(pipeline.listeners, pipeline),
  'cleaner frozen': (pipeline) => freeze(pipeline.cleaners, pipeline),
  'API frozen': (pipeline) => freeze(pipeline.apis, pipeline),
  'Redis emptied': async (pipeline) => {
    await pipeline.redis.command('FLUSHDB');
  },
  'Postgres connections ended': async (pipeline) => {
    const ended = await pipeline.sql(`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`);
    assert.ok(ended.length > 0);
  },
};

async function conclusions(auditor: RunningProcess): Promise<number> {
  const { audit } = await auditorHealth(auditor);
  return audit.city.conclusive + audit.movie.conclusive;
}

/** One fault after the other, in step with the audit, until it has come to enough conclusions. */
async function audit(t: TestContext, pipeline: Pipeline): Promise<AuditorHealth> {
  const auditor = pipeline.startAuditor();
  await waitForAudit(auditor, 'trust', ({ audit: { city } }) => city.bypass === null);
  const names = Object.keys(faults);
  const done: string[] = [];
  for (let fault = 1; fault <= faultsWanted; fault += 1) {
    const enough = (conclusionsWanted * fault) / faultsWanted;
    await eventually(async () => (await conclusions(auditor)) >= enough || undefined, {
      what: `${enough} conclusions after ${done.join(', ')}`,
      timeoutMs: 600_000,
    });
    const name = names[fault % names.length] ?? '';
    await faults[name]?.(pipeline);
    done.push(name);
  }
  const health = await auditorHealth(auditor);
  t.diagnostic(`${done.length} faults; ${JSON.stringify(health.audit)}`);
  t.diagnostic(`${auditor.logs.filter(({ event }) => event === 'trust.bypass').length} bypasses`);
  return health;
}

test('under load and faults it finds nothing, and then what is planted', async (t) => {
  const pipeline = await startPipeline(t, { env: { STALENESS_BOUND_MS: '2000' } });
  await fillTables(pipeline);
  await pipeline.waitUntilApplied();
  const working = new AbortController();
  const workers = [work(pipeline, working.signal), work(pipeline, working.signal)];
  try {
    const { problems, last_finding: finding } = await audit(t, pipeline);
    assert.deepEqual([problems, finding], [[], null]);
  } finally {
    working.abort();
    await Promise.all(workers);
  }
  const [auditor] = pipeline.auditors;
  assert.ok(auditor);
  await pipeline.waitUntilApplied();
  const key = `cities_${countries[0]}`;
  await pipeline.redis.command('SET', key, '[]', 'PX', '300000');
  const found = await waitForAudit(auditor, 'what was planted', ({ problems }) => {
    return problems.length > 0;
  });
  assert.equal(found.last_finding?.key, key);
});
