// The table of what caught what, for people and for the page that keeps it.

import type { Verdict } from './judge.ts';
import type { Mutant } from './mutant.ts';

const begin = '<!-- mutants: written by npm run mutants -->';
const end = '<!-- mutants end -->';

export function markdownTable(mutants: readonly Mutant[]): string {
  const rows = mutants.map(({ name, file, caughtBy }) => {
    const { test, title } = caughtBy;
    return `| ${cell(name)} | \`${file}\` | \`${test}\`: ${cell(title)} |`;
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
  const caught = verdicts.filter((verdict) => verdict.caught);
  const times = verdicts.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
  const medianS = (times[Math.floor(times.length / 2)] ?? 0) / 1000;
  const missed = verdicts.filter((verdict) => !verdict.caught);
  return [
    `${caught.length} of ${verdicts.length} mutants caught, ` +
      `half of them within ${medianS.toFixed(1)} s.`,
    ...missed.map(({ mutant, detail }) => `NOT CAUGHT  ${mutant.name} (${mutant.file}): ${detail}`),
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
