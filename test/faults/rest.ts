// The look at a pipeline at rest. Once nothing is written any more and everything has been applied,
// every API must answer what the database says, twice, and so must the entries themselves.

import { cachedResources } from '../../contract/resources.ts';
import { elapse } from './elapse.ts';
import type { Model } from './model/model.ts';
import { judge } from './model/judge.ts';
import type { Tally, Violation } from './report/tally.ts';
import type { Subject } from './workload/subject.ts';
import { allSubjects } from './workload/subjects.ts';
import { type HttpAnswer, HttpLink } from '../support/http-link.ts';
import { readRows } from './workload/rows.ts';
import type { Actor } from './world/actors.ts';
import { withRedis, withSession } from './world/sessions.ts';

type Api = Pick<Actor, 'name' | 'port'>;

export interface Rest {
  readonly world: {
    readonly servers: { readonly databaseUrl: string; readonly redisUrl: string };
    readonly pipeline: { readonly positionsPerTopic: number | null };
    inRole(role: 'api'): readonly Api[];
  };
  readonly model: Model;
  readonly tally: Tally;
  readonly signal: AbortSignal;
  readonly caughtUpWithinMs: number;
}

const pollMs = 200;
/** The obvious pipeline knows no measure: this is plenty. */
const controlQuietMs = 4000;
const looks = 2;

export async function lookAtRest(rest: Rest): Promise<void> {
  const { world, signal, caughtUpWithinMs } = rest;
  await compareModel(rest);
  const missing = await untilCaughtUp(rest);
  if (signal.aborted) return;
  if (missing !== null) {
    const what = `after ${caughtUpWithinMs / 1000} s without faults: ${missing}`;
    report(rest, { kind: 'not at rest', about: 'pipeline', what, details: {} });
    return;
  }
  for (let look = 0; look < looks; look += 1) {
    await Promise.all(world.inRole('api').map((api) => lookThrough(api, rest)));
  }
  await lookInto(rest);
}

/** The model is what everything is held against: it must be right itself. */
async function compareModel(rest: Rest): Promise<void> {
  const { world, model } = rest;
  const rows = await withSession(world.servers.databaseUrl, readRows);
  const wrong = model.cells.filter((cell) => (rows.get(cell) ?? 0) !== model.latest(cell));
  if (wrong.length === 0) return;
  const what = `the rows are not what was committed: ${wrong.slice(0, 5).join(', ')}`;
  report(rest, { kind: 'database', about: 'database', what, details: { wrong } });
}

/** What is still missing when the time is over; null when nothing is. */
async function untilCaughtUp({ world, signal, caughtUpWithinMs }: Rest): Promise<string | null> {
  if (world.pipeline.positionsPerTopic === null) {
    await elapse(controlQuietMs, signal);
    return null;
  }
  const nowMs = await databaseNowMs(world);
  const untilMs = performance.now() + caughtUpWithinMs;
  let missing: string | null;
  do {
    missing = await whatIsMissing(world, nowMs).catch((error: unknown) => String(error));
    if (missing === null) return null;
    await elapse(pollMs, signal);
  } while (performance.now() < untilMs && !signal.aborted);
  return missing;
}

async function databaseNowMs(world: Rest['world']): Promise<number> {
  return await withSession(world.servers.databaseUrl, async (session) => {
    const { rows } = await session.query<{ ms: string }>(
      'select ceil(extract(epoch from clock_timestamp()) * 1000)::text as ms',
    );
    return Number(rows[0]?.ms);
  });
}

async function whatIsMissing(world: Rest['world'], nowMs: number): Promise<string | null> {
  const positions = await withRedis(world.servers.redisUrl, (command) =>
    command<Record<string, string> | string[]>('HGETALL', 'cache_position'),
  );
  const texts = Array.isArray(positions)
    ? positions.filter((_, index) => index % 2 === 1)
    : Object.values(positions);
  const current = texts.filter((text) => {
    const { heartbeat } = JSON.parse(text) as { heartbeat: { atMs: number } | null };
    return (heartbeat?.atMs ?? 0) > nowMs;
  });
  const expected = cachedResources.length * (world.pipeline.positionsPerTopic ?? 0);
  if (current.length < expected) return `${current.length} of ${expected} positions are current`;
  for (const api of world.inRole('api')) {
    const reasons = await bypassReasons(api);
    if (reasons.length > 0) return `${api.name} reads from Postgres: ${reasons.join(', ')}`;
  }
  return null;
}

async function bypassReasons({ port }: Api): Promise<string[]> {
  const url = `http://127.0.0.1:${port}/health`;
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
  const { resources } = (await response.json()) as {
    resources: Record<string, { bypass: string | null }>;
  };
  return Object.values(resources).flatMap(({ bypass }) => bypass ?? []);
}

async function lookThrough(api: Api, rest: Rest): Promise<void> {
  const link = new HttpLink({ port: api.port, timeoutMs: 5000 });
  for (const subject of allSubjects) {
    const answer = await ask(link, subject);
    const isAbsent = answer?.status === 404 && subject.mayBeMissing;
    if (answer?.status === 200 || isAbsent) {
      const data = isAbsent ? null : (JSON.parse(answer.body) as { data: unknown }).data;
      compare(rest, subject, { data, where: api.name });
    } else {
      reportNoAnswer(rest, { api, subject, answer });
    }
  }
  link.close();
}

/** A connection may have idled too long just when it is used: that is no fault of the API. */
async function ask(link: HttpLink, { path }: Subject): Promise<HttpAnswer | null> {
  for (let tries = 0; tries < 3; tries += 1) {
    const answer = await link.get(path).catch(() => null);
    if (answer !== null) return answer;
  }
  return null;
}

function reportNoAnswer(
  rest: Rest,
  { api, subject, answer }: { api: Api; subject: Subject; answer: HttpAnswer | null },
): void {
  const about = `${subject.resource} ${subject.code} in ${api.name}`;
  const what = `${api.name} ${answer === null ? 'gave no answer' : `answered ${answer.status}`}`;
  report(rest, { kind: 'at rest', about, what, details: { body: answer?.body ?? null } });
}

/** Entries of which a reader would see nothing as long as they are not read. */
async function lookInto(rest: Rest): Promise<void> {
  await withRedis(rest.world.servers.redisUrl, async (command) => {
    for (const subject of allSubjects) {
      const text = await command<string | null>('GET', subject.entryKey);
      if (text === null || text.startsWith('L')) continue;
      compare(rest, subject, { data: JSON.parse(text), where: 'Redis' });
    }
  });
}

interface Found {
  readonly data: unknown;
  readonly where: string;
}

function compare(rest: Rest, subject: Subject, { data, where }: Found): void {
  const { model, tally } = rest;
  tally.lookAtRest();
  const seen = subject.claimsOf(data);
  const { resource, code } = subject;
  const nowMs = performance.now();
  const times = { askedMs: nowMs, answeredMs: nowMs, boundMs: 0 };
  const verdict = judge(model, { resource, code, seen, status: 'at rest', ...times });
  if (verdict.right) return;
  const shown = verdict.staleMs === null ? verdict.fault : `${Math.round(verdict.staleMs)} ms old`;
  const what = `${where}: ${resource} ${code}: ${verdict.cell} = ${verdict.value} (${shown})`;
  const about = `${resource} ${code} in ${where}`;
  report(rest, { kind: 'at rest', about, what, details: { data } });
}

function report({ tally }: Rest, violation: Omit<Violation, 'atMs'>): void {
  tally.violation({ ...violation, atMs: tally.sinceStart() });
}
