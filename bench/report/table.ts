// The run as a table for a terminal: every figure with its spread, its goal and the verdict.

import type { Goal, JudgedFigure } from '../measure/verdict.ts';
import type { Run } from './results.ts';

export function tableOf(run: Run): string {
  const rows = run.scenarios.flatMap(({ name, figures, missing = [] }) => [
    [name],
    ...figures.map((figure) => [`  ${figure.name}`, ...cellsOf(figure)]),
    ...missing.map((reason) => [`  not measured: ${reason}`]),
  ]);
  const head = ['', 'median', 'middle half', 'goal', 'verdict'];
  return align([head, ...rows]);
}

function cellsOf(figure: JudgedFigure): string[] {
  const { summary, unit, goal, verdict } = figure;
  const suffix = unit === 'ratio' ? '' : ` ${unit}`;
  return [
    `${format(summary.median)}${suffix}`,
    `${format(summary.low)}–${format(summary.high)}`,
    goal === undefined ? '' : describeGoal(goal),
    verdict === 'reported' ? '' : verdict,
  ];
}

export function describeGoal(goal: Goal): string {
  return 'atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`;
}

/** Three digits, no more than two behind the point. */
export function format(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** A row with one cell is a heading and as wide as it likes. */
function align(rows: readonly (readonly string[])[]): string {
  const cells = rows.filter((row) => row.length > 1);
  const widths = Array.from({ length: 5 }, (_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => pad(cell, column, widths))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function pad(cell: string, column: number, widths: readonly number[]): string {
  const width = widths[column] ?? 0;
  return column === 1 ? cell.padStart(width) : cell.padEnd(width);
}
