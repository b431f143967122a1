// Tells why an answer is a violation: what was seen, what was to be seen, when, and what the cache
// holds right afterwards.

import type { Fault, Sighting, Wrong } from '../model/judge.ts';
import type { Model } from '../model/model.ts';
import { allSubjects } from '../workload/subjects.ts';
import { withRedis } from '../world/sessions.ts';
import type { World } from '../world/world.ts';
import type { Tally } from './tally.ts';

export interface WhyOptions {
  readonly world: World;
  readonly model: Model;
  readonly tally: Tally;
}

const meanings: Record<Fault, string> = {
  never: 'was never committed',
  early: 'was not committed yet',
  stale: 'had been replaced before',
  mixed: 'was never there together with the rest of the answer',
};

export function tellWhy(options: WhyOptions, sighting: Sighting, wrong: Wrong): void {
  const { model, tally } = options;
  const { resource, code, status, askedMs, answeredMs, boundMs, seen } = sighting;
  const { fault, cell, value, staleMs } = wrong;
  const late = staleMs === null ? '' : ` by ${Math.round(staleMs)} ms (allowed: ${boundMs})`;
  const about = `${resource} ${code}`;
  const details: Record<string, unknown> = {
    askedMs: tally.sinceStart(askedMs),
    answeredMs: tally.sinceStart(answeredMs),
    seen: Object.fromEntries(seen.map((change) => [change.cell, change.value])),
    history: model.historyOf(cell).map((state) => {
      const fromMs = tally.sinceStart(state.fromMs);
      return { value: state.value, fromMs, untilMs: tally.sinceStart(state.untilMs) };
    }),
  };
  const what = `${about} (${status}): ${cell} = ${value} ${meanings[fault]}${late}`;
  const atMs = tally.sinceStart(answeredMs);
  tally.answer(sighting, staleMs ?? 0);
  const isKept = tally.violation({ kind: fault, atMs, about, what, details });
  if (isKept) void lookIntoCache(options, sighting, details).catch(() => undefined);
}

async function lookIntoCache(
  { world }: WhyOptions,
  { resource, code }: Sighting,
  details: Record<string, unknown>,
): Promise<void> {
  const key =
    allSubjects.find((subject) => subject.resource === resource && subject.code === code)
      ?.entryKey ?? '';
  await withRedis(world.servers.redisUrl, async (command) => {
    details.entry = await command('GET', key);
    details.entryExpiresInMs = await command('PTTL', key);
    details.positions = await command('HGETALL', 'cache_position');
  });
}
