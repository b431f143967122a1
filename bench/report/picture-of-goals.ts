// Every figure that has a goal on one axis: how many times as good as it had to be. To the right of
// the line in the middle the goal is met; the whiskers are the middle half of the rounds.

import type { JudgedFigure, Verdict } from '../measure/verdict.ts';
import type { Run } from './results.ts';
import { dot, line, picture, text } from './svg.ts';
import { describeGoal, format } from './table.ts';

const width = 960;
const labelsWidth = 430;
const right = 150;
const top = 70;
const rowHeight = 22;
/** Beyond a factor of eight a dot stands at the edge. */
const decades = 3;

const kinds: Record<Verdict, string> = {
  met: 'met',
  'not met': 'not-met',
  'not measured': 'unclear',
  reported: 'other',
};

export function drawGoals(run: Run): string {
  const figures = run.scenarios.flatMap((scenario) =>
    scenario.figures.filter(({ goal }) => goal !== undefined),
  );
  const bottom = top + figures.length * rowHeight;
  const { processors, node, servers } = run.machine;
  return picture(width, bottom + 40, [
    text({ x: 16, y: 26, content: 'How many times as good as its goal', kind: 'title' }),
    text({
      x: 16,
      y: 46,
      content: [processors, `Node ${node}`, ...servers].join(', '),
      kind: 'dim',
    }),
    ...axis(bottom),
    ...figures.flatMap((figure, row) => drawFigure(figure, top + row * rowHeight + 14)),
  ]);
}

function axis(bottom: number): string[] {
  const powers = Array.from({ length: 2 * decades + 1 }, (_, index) => index - decades);
  return powers.flatMap((power) => {
    const x = xOf(2 ** power);
    const content = power < 0 ? `1/${2 ** -power}` : String(2 ** power);
    return [
      line([x, top], [x, bottom], power === 0 ? 'goal' : 'faint'),
      text({ x, y: bottom + 18, content, anchor: 'middle', kind: 'dim' }),
    ];
  });
}

function drawFigure(figure: JudgedFigure, y: number): string[] {
  const { name, summary, verdict, goal, unit } = figure;
  if (goal === undefined) return [];
  const [from, to] = [summary.low, summary.high].map((value) => xOf(goodness(figure, value)));
  const value = `${format(summary.median)}${unit === 'ratio' ? '' : ` ${unit}`}`;
  const content = `${value} (${describeGoal(goal)})`;
  return [
    text({ x: labelsWidth - 8, y: y + 4, content: name, anchor: 'end' }),
    line([from ?? 0, y], [to ?? 0, y], 'spread'),
    dot(xOf(goodness(figure, summary.median)), y, kinds[verdict], `${content}: ${verdict}`),
    text({ x: width - right + 12, y: y + 4, content, kind: 'dim' }),
  ];
}

/** 1: just as the goal wants it; 2: twice as good. */
function goodness({ goal }: JudgedFigure, value: number): number {
  if (goal === undefined) return 1;
  return 'atLeast' in goal ? value / goal.atLeast : goal.atMost / Math.max(value, 1e-6);
}

function xOf(times: number): number {
  const power = Math.max(-decades, Math.min(decades, Math.log2(times)));
  const middle = (labelsWidth + width - right) / 2;
  return middle + (power / decades) * ((width - right - labelsWidth) / 2);
}
