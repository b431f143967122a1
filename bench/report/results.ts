// Keeps what was measured: one JSON file per run, and the pictures drawn from it.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JudgedFigure } from '../measure/verdict.ts';
import type { BenchOptions } from '../options.ts';
import type { ArmReading } from '../scenario.ts';
import type { Machine } from './machine.ts';
import { drawArms } from './picture-of-arms.ts';
import { drawGoals } from './picture-of-goals.ts';

export interface ScenarioResult {
  readonly name: string;
  readonly about: string;
  readonly seconds: number;
  readonly figures: readonly JudgedFigure[];
  readonly readings: readonly ArmReading[];
  readonly missing?: readonly string[];
}

export interface Run {
  readonly measuredAt: string;
  readonly quick: boolean;
  readonly seed: number;
  readonly machine: Machine;
  readonly scenarios: readonly ScenarioResult[];
}

export interface Results {
  readonly all: Run;
  has(name: string): boolean;
  add(result: ScenarioResult): void;
  /** The folder. */
  write(options: { pictures: boolean }): string;
}

const committed = fileURLToPath(new URL('../results/', import.meta.url));
/** Beside it, and not committed. */
const latest = join(committed, 'latest');

export function openResults(options: BenchOptions, machine: Machine): Results {
  const { quick, seed, keep, resume } = options;
  const folder = keep ? committed : latest;
  const file = join(folder, 'figures.json');
  const measuredAt = new Date().toISOString().slice(0, 10);
  const earlier = resume ? readRun(file) : undefined;
  const scenarios: ScenarioResult[] = earlier?.quick === quick ? [...earlier.scenarios] : [];
  const all: Run = { measuredAt, quick, seed, machine, scenarios };
  return {
    all,
    has: (name) => scenarios.some((scenario) => scenario.name === name),
    add: (result) => void scenarios.push(result),
    write: ({ pictures }) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, `${JSON.stringify(all, round, 2)}\n`);
      if (pictures) {
        writeFileSync(join(folder, 'goals.svg'), drawGoals(all));
        writeFileSync(join(folder, 'reads.svg'), drawArms(all, 'reads'));
        writeFileSync(join(folder, 'writes.svg'), drawArms(all, 'writes'));
      }
      return folder;
    },
  };
}

function readRun(file: string): Run | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Run) : undefined;
}

/** Four digits say all that was measured. */
function round(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value)
    ? Number(value.toPrecision(4))
    : value;
}
