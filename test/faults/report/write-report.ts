// Keeps the outcome of a run: text, JSON and picture, in a folder of its own below .stack.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultsOptions } from '../options.ts';
import type { Outcome } from '../run.ts';
import { drawPicture } from './picture.ts';
import { summarise, toText } from './summary.ts';

/** Returns the text. */
export function writeReport(folder: string, options: FaultsOptions, outcome: Outcome): string {
  const summary = summarise(options, outcome);
  const text = toText(summary, outcome);
  const { violations, faults, seconds } = outcome.tally;
  mkdirSync(folder, { recursive: true });
  const record = { ...summary, why: violations, schedule: faults, overTime: seconds };
  writeFileSync(join(folder, 'report.txt'), text);
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(record, undefined, 2)}\n`);
  writeFileSync(join(folder, 'report.svg'), drawPicture(summary, outcome.tally));
  return text;
}
