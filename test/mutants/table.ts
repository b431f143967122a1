// The table of what caught what, for people and for the page that keeps it.

import type { Verdict } from './judge.ts';
import { catchersOf, type Mutant } from './mutant.ts';

const begin = '<!-- mutants: written by npm run mutants -->';
const end = '<!-- mutants end -->';

export function markdownTable(mutants: readonly Mutant[]): string {
  const rows = mutants.map((mutant) => {
    const catchers = catchersOf(mutant).map(({ test, title }) => `\`${test}\`: ${cell(title)}`);
    return `| ${cell(mutant.name)} | \`${mutant.file}\` | ${catchers.join('<br>')} |`;
  });
  return ['| sabotage | in | caught by |', '|---|---|---|', ...rows].join('\n');
}

/** The page with the table in it anew. */
export function withTable(page: string, mutants: readonly Mutant[]): string {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`the page has no place for the table: ${begin} … ${end}`);
  }
  return `${before}${begin}\n\n${markdownTable(mutants)}\n\n${end}${after}`;
}

export function summary(verdicts: readonly Verdict[]): string {
  const named = verdicts.filter(({ mutant, catcher }) => catcher === mutant.caughtBy);
  const audits = verdicts.filter((verdict) => !named.includes(verdict));
  const times = named.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
  const medianS = (times[Math.floor(times.length / 2)] ?? 0) / 1000;
  const missed = verdicts.filter(({ caught }) => !caught);
  return [
    `${countCaught(named)} mutants caught, half of them within ${medianS.toFixed(1)} s.`,
    ...(audits.length > 0 ? [`${countCaught(audits)} found by the auditor, too.`] : []),
    ...missed.map(({ mutant, catcher, detail }) => {
      return `NOT CAUGHT  ${mutant.name} (${mutant.file}) by ${catcher.test}: ${detail}`;
    }),
  ].join('\n');
}

function countCaught(verdicts: readonly Verdict[]): string {
  return `${verdicts.filter(({ caught }) => caught).length} of ${verdicts.length}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
