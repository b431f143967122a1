// The outcome of a run in numbers and sentences: what is printed and what is kept as JSON.

import type { FaultsOptions } from '../options.ts';
import type { Outcome } from '../run.ts';

export function summarise(options: FaultsOptions, { tally, commits, rounds }: Outcome) {
  const { seed, profile, mode, counts, control, boundMs } = options;
  const { reads, hits, violationCount, worstStaleMs } = tally;
  const byKind = new Map<string, number>();
  for (const { kind } of tally.faults) byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
  return {
    arm: control ? 'control' : 'tested',
    seed,
    profile: profile.name,
    mode,
    counts,
    boundMs,
    rounds,
    seconds: Math.round(tally.sinceStart() / 1000),
    reads,
    hitRate: reads === 0 ? 0 : hits / reads,
    commits,
    events: tally.events,
    noAnswers: tally.seconds.reduce((sum, { noAnswers }) => sum + noAnswers, 0),
    violations: violationCount,
    /** By the rule of three, where there was none. */
    violationRateAtMost: violationCount === 0 && reads > 0 ? 3 / reads : null,
    worstStaleMs: Math.round(worstStaleMs),
    faults: tally.faults.length,
    faultsByKind: sorted(byKind),
    faultsThatDidNotFire: tally.failedFaults,
    transactions: sorted(tally.deeds),
    transactionOutcomes: sorted(tally.outcomes),
    statuses: sorted(tally.statuses),
  };
}

export type Summary = ReturnType<typeof summarise>;

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].toSorted(([, a], [, b]) => b - a));
}

export function toText(summary: Summary, outcome: Outcome): string {
  const { reads, commits, violations, faults, faultsByKind, violationRateAtMost } = summary;
  const kinds = Object.entries(faultsByKind);
  const lines = [
    `${summary.arm} pipeline, seed ${summary.seed}, ${summary.mode}, ${summary.seconds} s`,
    '',
    row('reads checked', grouped(reads)),
    row('hit rate', `${(100 * summary.hitRate).toFixed(1)} %`),
    row('without an answer', grouped(summary.noAnswers)),
    row('commits', grouped(commits)),
    row('events checked', grouped(summary.events)),
    row('faults', `${faults} of ${kinds.length} kinds`),
    row('worst staleness', `${summary.worstStaleMs} ms (bound ${summary.boundMs} ms)`),
    row('violations', grouped(violations)),
    ...(violationRateAtMost === null
      ? []
      : [row('at most, by 95 %', `one in ${grouped(Math.floor(1 / violationRateAtMost))} reads`)]),
    '',
    ...kinds.map(([kind, count]) => row(kind, String(count))),
  ];
  const missed = summary.faultsThatDidNotFire;
  if (missed.length > 0) {
    lines.push('', `${missed.length} faults did not fire:`);
    lines.push(...missed.map(({ kind, reason }) => `  ${kind}: ${reason}`));
  }
  const shown = outcome.tally.violations.slice(0, violationsShown);
  if (shown.length > 0) lines.push('', 'Violations:');
  for (const { kind, atMs, what } of shown) lines.push(`  ${atMs} ms, ${kind}: ${what}`);
  return `${lines.join('\n')}\n`;
}

const violationsShown = 20;

function row(name: string, value: string): string {
  return `  ${name.padEnd(22)}${value}`;
}

function grouped(number: number): string {
  return number.toLocaleString('en');
}
