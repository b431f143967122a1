// `cinesync status`: where everything stands, once or again and again.

import { type Command, InvalidArgumentError } from 'commander';
import type { Observer } from '../../observe/observer.ts';
import { readSystemState } from '../../observe/system-state.ts';
import { pause } from '../../platform/retry.ts';
import { act, describeCommand, exitCodes, withObserver } from '../command.ts';
import { showState } from '../show-state.ts';
import { say, type Terminal } from '../terminal.ts';

interface Options {
  json?: true;
  watch?: number | true;
}

const defaultIntervalSeconds = 2;

export function statusCommand(terminal: Terminal): Command {
  return describeCommand({
    usage: 'status',
    summary: 'lag, outbox, listeners, cleaners, hit rate, bypasses, audit findings',
    examples: ['status', 'status --watch 1', "status --json | jq '.outbox.value.rows'"],
    exit: { done: 'everything could be read', failed: 'something could not' },
  })
    .option('--json', 'for programs; with --watch one line each time')
    .option('--watch [seconds]', 'again and again, until Ctrl-C', parseSeconds)
    .action(act(terminal, (options: Options) => show(terminal, options)));
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0.1 && seconds <= 3600)) {
    throw new InvalidArgumentError('Give seconds from 0.1 to 3600.');
  }
  return seconds;
}

async function show(terminal: Terminal, options: Options): Promise<number> {
  return await withObserver(terminal, async (observer, { processUrls }) => {
    const showNow = () => showOnce({ observer, processUrls, terminal, options });
    if (options.watch === undefined) {
      return await showNow();
    }
    const seconds = options.watch === true ? defaultIntervalSeconds : options.watch;
    for (;;) {
      await showNow();
      await pause(seconds * 1000);
    }
  });
}

/** Home, and from there on nothing: what was there before is gone without flicker. */
const clearScreen = '\u001b[H\u001b[J';

interface Look {
  observer: Observer;
  processUrls: readonly string[];
  terminal: Terminal;
  options: Options;
}

async function showOnce({ observer, processUrls, terminal, options }: Look): Promise<number> {
  const state = await readSystemState(observer, processUrls);
  const { lag, outbox, events, listeners, cleaners, capture } = state;
  const text = options.json
    ? JSON.stringify(state, null, options.watch === undefined ? 2 : 0)
    : showState(state, terminal.paint);
  const redraws = options.watch !== undefined && terminal.live && options.json === undefined;
  say(terminal, redraws ? clearScreen + text : text);
  const readings = [
    lag,
    outbox,
    events,
    listeners,
    capture,
    ...(cleaners === null ? [] : [cleaners]),
  ];
  return readings.every(({ error }) => error === null) ? exitCodes.done : exitCodes.failed;
}
