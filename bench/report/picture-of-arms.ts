// The arms of one scenario as bars, one group per condition (size, number of writers): what each
// gave by itself, with the middle half of the rounds.

import { summarize } from '../measure/statistics.ts';
import type { ArmReading } from '../scenario.ts';
import type { Run } from './results.ts';
import { bar, line, picture, text } from './svg.ts';
import { format } from './table.ts';

const width = 960;
const labelsWidth = 250;
const right = 90;
const barHeight = 14;
const groupGap = 30;

export function drawArms(run: Run, scenarioName: string): string {
  const scenario = run.scenarios.find(({ name }) => name === scenarioName);
  const readings = scenario?.readings ?? [];
  const measure = readings[0]?.measure ?? '';
  const shown = readings.filter((reading) => reading.measure === measure);
  const conditions = [...new Set(shown.map(({ at }) => at))];
  const parts: string[] = [];
  let y = 76;
  for (const at of conditions) {
    const group = shown.filter((reading) => reading.at === at);
    parts.push(text({ x: 16, y: y - 6, content: at }));
    const highest = Math.max(...group.flatMap(({ values }) => values));
    for (const reading of group) {
      parts.push(...drawBar(reading, y, highest));
      y += barHeight + 4;
    }
    y += groupGap;
  }
  return picture(width, y, [
    text({ x: 16, y: 26, content: `${scenario?.about ?? scenarioName}`, kind: 'title' }),
    text({ x: 16, y: 46, content: `${measure}; longer is better`, kind: 'dim' }),
    ...parts,
  ]);
}

function drawBar({ arm, values }: ArmReading, y: number, highest: number): string[] {
  const { median, low, high } = summarize(values);
  const scale = (value: number): number => ((width - labelsWidth - right) * value) / highest;
  const middle = y + barHeight / 2;
  return [
    text({ x: labelsWidth - 8, y: y + 11, content: arm, anchor: 'end' }),
    bar({
      x: labelsWidth,
      y,
      width: scale(median),
      height: barHeight,
      kind: arm.startsWith('ours') ? 'ours' : 'other',
    }),
    line([labelsWidth + scale(low), middle], [labelsWidth + scale(high), middle], 'spread'),
    text({
      x: labelsWidth + scale(Math.max(high, median)) + 8,
      y: y + 11,
      content: format(median),
    }),
  ];
}
