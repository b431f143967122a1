// `cinesync warm`: fills entries before readers ask for them, at a rate that hurts nobody.

import { type Command, InvalidArgumentError } from 'commander';
import { onlyCode } from '../../contract/resources.ts';
import { pageCodes } from '../../observe/entry-codes.ts';
import type { Observer } from '../../observe/observer.ts';
import { startWarmer, type Warmth } from '../../observe/warmer.ts';
import { createLogger } from '../../platform/logger.ts';
import { listenForStop } from '../../stack/stop-signal.ts';
import { act, describeCommand, exitCodes, UsageError, withObserver } from '../command.ts';
import { pace } from '../pace.ts';
import { createProgressLine } from '../progress-line.ts';
import { canonicalCodes, type NamedResource, resourceNamed } from '../resource-argument.ts';
import { readWarmSettings } from '../settings.ts';
import { complain, say, type Terminal } from '../terminal.ts';

interface Options {
  all?: true;
  after?: string;
  rate: number;
}

export function warmCommand(terminal: Terminal): Command {
  return describeCommand({
    usage: 'warm <resource> [codes...]',
    summary: 'fill entries before readers ask for them',
    examples: ['warm city BGR ROU', 'warm movie --all --rate 100', 'warm city --all --after DEU'],
    exit: { done: 'every entry is there', failed: 'some are not, or it was stopped' },
  })
    .option('--all', 'every code that the watched tables have')
    .option('--after <code>', 'with --all: go on after this one')
    .option('--rate <number>', 'entries a second at most', parseRate, 200)
    .action(
      act(terminal, (name: string, codes: string[], options: Options) =>
        warm(terminal, { resource: resourceNamed(name), codes, options }),
      ),
    );
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (!(rate >= 1 && rate <= 100_000)) {
    throw new InvalidArgumentError('Give a number from 1 to 100000.');
  }
  return rate;
}

interface Wanted {
  resource: NamedResource;
  codes: readonly string[];
  options: Options;
}

async function warm(terminal: Terminal, wanted: Wanted): Promise<number> {
  const { resource, codes, options } = wanted;
  if (codes.length > 0 === (options.all === true)) {
    throw new UsageError('name codes, or all of them with --all');
  }
  const canonical = canonicalCodes(resource, codes);
  return await withObserver(terminal, async (observer) => {
    const logger = createLogger({ process: 'cli', level: 'silent' });
    const { ttlSeconds } = readWarmSettings(terminal.env);
    const warmer = await startWarmer({
      observer,
      resource,
      ttlSeconds: ttlSeconds(resource),
      logger,
    });
    try {
      const source = options.all
        ? await allCodes(observer, resource, options.after ?? null)
        : { total: canonical.length, pages: onePage(canonical) };
      return await warmAll(terminal, { ...source, warm: warmer.warm, resource, options });
    } finally {
      await warmer.stop();
    }
  });
}

interface Work {
  total: number;
  pages: AsyncIterable<readonly string[]>;
  warm: (code: string) => Promise<Warmth>;
  resource: NamedResource;
  options: Options;
}

async function warmAll(terminal: Terminal, work: Work): Promise<number> {
  const { resource, options } = work;
  const progress = createProgressLine(terminal, `warm ${resource.name}`, work.total);
  const counts: Record<Warmth, number> = { filled: 0, 'was there': 0, 'not stored': 0 };
  let stopped = false;
  const signal = listenForStop(() => process.exit(exitCodes.failed));
  void signal.requested.then(() => {
    stopped = true;
  });
  let last: string | undefined;
  for await (const { items } of pace(work.pages, options.rate, () => stopped)) {
    const outcomes = await Promise.all(items.map((code) => work.warm(code)));
    for (const outcome of outcomes) {
      counts[outcome] += 1;
    }
    last = items.at(-1) ?? last;
    progress.advance(items.length);
  }
  signal.dispose();
  progress.end();
  const { filled, 'was there': present, 'not stored': missed } = counts;
  say(terminal, `${resource.name}: ${filled} filled, ${present} were there, ${missed} not stored.`);
  if (stopped && options.all && last !== undefined) {
    complain(terminal, `To go on: npx cinesync warm ${resource.name} --all --after ${last}`);
  }
  return stopped || missed > 0 ? exitCodes.failed : exitCodes.done;
}

async function* onePage(codes: readonly string[]): AsyncGenerator<readonly string[]> {
  yield codes;
}

async function allCodes({ database }: Observer, resource: NamedResource, after: string | null) {
  // A resource of one entry has one code, and no table that holds it.
  if (resource.canonicalCode(onlyCode) === onlyCode) {
    return { total: 1, pages: onePage([onlyCode]) };
  }
  const { total, after: pageAfter } = await pageCodes(database, resource);
  async function* pages(): AsyncGenerator<readonly string[]> {
    for (let last = after; ; ) {
      const page = await pageAfter(last);
      const end = page.at(-1);
      if (end === undefined) {
        return;
      }
      last = end;
      yield page.flatMap((code) => resource.canonicalCode(code) ?? []);
    }
  }
  return { total, pages: pages() };
}
