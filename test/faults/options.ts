// The command line of `npm run faults`.

import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { checkout } from '../../stack/places.ts';

export interface FaultsOptions {
  readonly profile: Profile;
  readonly seed: number;
  readonly mode: 'direct' | 'kafka';
  readonly redis: 'sentinel' | 'single';
  readonly brokerCount: number;
  readonly counts: { readonly api: number; readonly cleaner: number; readonly listener: number };
  readonly control: boolean;
  readonly stopAtFirst: boolean;
  /** Where the processes and migrations come from. */
  readonly source: string;
  readonly boundMs: number;
}

export interface Profile {
  readonly name: 'default' | 'long' | 'short';
  readonly rounds: number;
  readonly roundMs: number;
  readonly faultsPerRound: number;
  /** Further rounds follow until so many answers were checked, but not beyond the time. */
  readonly readsMin: number;
  readonly timeMaxMs: number;
}

const profiles: Record<Profile['name'], Profile> = {
  short: {
    name: 'short',
    rounds: 1,
    roundMs: 80_000,
    faultsPerRound: 32,
    readsMin: 0,
    timeMaxMs: 120_000,
  },
  default: {
    name: 'default',
    rounds: 5,
    roundMs: 76_000,
    faultsPerRound: 33,
    readsMin: 300_000,
    timeMaxMs: 450_000,
  },
  long: {
    name: 'long',
    rounds: 13,
    roundMs: 90_000,
    faultsPerRound: 34,
    readsMin: 1_000_000,
    timeMaxMs: 3_600_000,
  },
};

export const help = `Runs the whole pipeline under load and faults, and checks every answer.

  npm run faults                        under 8 minutes, a seed of its own
  npm run faults -- --seed 7            the same schedule again
  npm run faults -- --short             one round of about two minutes
  npm run faults -- --long              a million answers, before a release
  npm run faults -- --mode direct       without Kafka
  npm run faults -- --redis sentinel    a master, a replica and three sentinels
  npm run faults -- --kafka 3           three brokers instead of one
  npm run faults -- --cleaners 3 --listeners 2 --apis 2
  npm run faults -- --control           the obvious pipeline instead: it must fail

  --bound MS         STALENESS_BOUND_MS of the run (3000)
  --source DIR       start the processes of another checkout (default: this one)
  --stop-at-first    end at the first violation

Ends with 0 when nothing was violated, 1 when something was, 2 when it was not told right.
With --control: 0 when something was violated, 1 when nothing was.
`;

/** @throws TypeError with one sentence about what is wrong. */
export function parseOptions(words: readonly string[]): FaultsOptions | 'help' {
  const { values } = parseArgs({
    args: [...words],
    options: {
      apis: { type: 'string', default: '2' },
      bound: { type: 'string', default: '3000' },
      cleaners: { type: 'string', default: '2' },
      control: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      kafka: { type: 'string', default: '1' },
      listeners: { type: 'string', default: '2' },
      long: { type: 'boolean', default: false },
      mode: { type: 'string', default: 'kafka' },
      redis: { type: 'string', default: 'single' },
      seed: { type: 'string' },
      short: { type: 'boolean', default: false },
      source: { type: 'string', default: checkout },
      'stop-at-first': { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { control, mode, redis, short, long } = values;
  if (mode !== 'kafka' && mode !== 'direct') throw new TypeError('--mode is kafka or direct');
  if (redis !== 'single' && redis !== 'sentinel') {
    throw new TypeError('--redis is single or sentinel');
  }
  if (short && long) throw new TypeError('--short or --long, not both');
  if (control && mode === 'direct') throw new TypeError('--control has no --mode direct');
  const count = (name: 'apis' | 'cleaners' | 'listeners'): number =>
    wholeNumber(`--${name}`, values[name], { min: 1, max: 9 });
  return {
    profile: profiles[short ? 'short' : long ? 'long' : 'default'],
    seed:
      values.seed === undefined
        ? Math.floor(Math.random() * 1e6)
        : wholeNumber('--seed', values.seed, { min: 0, max: 1e9 }),
    mode,
    redis,
    brokerCount: wholeNumber('--kafka', values.kafka, { min: 1, max: 5 }),
    counts: { api: count('apis'), cleaner: count('cleaners'), listener: count('listeners') },
    control,
    stopAtFirst: values['stop-at-first'],
    source: resolve(values.source),
    boundMs: wholeNumber('--bound', values.bound, { min: 100, max: 60_000 }),
  };
}

function wholeNumber(name: string, text: string, limits: { min: number; max: number }): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= limits.min && value <= limits.max) return value;
  throw new TypeError(`${name} is a whole number from ${limits.min} to ${limits.max}, not ${text}`);
}
