// `cinesync dead-letters`: the messages that nobody understood, and taking them away.

import type { Command } from 'commander';
import { cachedResources } from '../../contract/resources.ts';
import { type DeadLetter, readDeadLetters } from '../../observe/dead-letters.ts';
import { act, describeCommand, exitCodes, UsageError, withObserver } from '../command.ts';
import { resourceNamed } from '../resource-argument.ts';
import { table } from '../table.ts';
import { say, type Terminal } from '../terminal.ts';

interface Options {
  json?: true;
  clear?: true;
}

export function deadLettersCommand(terminal: Terminal): Command {
  return describeCommand({
    usage: 'dead-letters [resource]',
    summary: 'messages that could not be understood, and why; --clear takes them away',
    examples: ['dead-letters', 'dead-letters city --json', 'dead-letters city --clear'],
    exit: { done: 'there are none (left)', failed: 'there are some' },
  })
    .option('--json', 'for programs: a list')
    .option('--clear', 'take away those that are there now')
    .action(
      act(terminal, (name: string | undefined, options: Options) => list(terminal, name, options)),
    );
}

async function list(terminal: Terminal, name: string | undefined, options: Options) {
  const resources = name === undefined ? cachedResources : [resourceNamed(name)];
  return await withObserver(terminal, async ({ kafka, settings }) => {
    if (kafka === undefined) {
      throw new UsageError('there is no Kafka here (ENABLE_KAFKA=false), so nothing is set aside');
    }
    const letters: DeadLetter[] = [];
    for (const resource of resources) {
      letters.push(...(await readDeadLetters({ kafka, resource, settings })));
    }
    say(terminal, options.json ? JSON.stringify(letters, null, 2) : show(letters));
    if (options.clear !== true) {
      return letters.length === 0 ? exitCodes.done : exitCodes.failed;
    }
    for (const topic of new Set(letters.map(({ topic: kept }) => kept))) {
      await kafka.inspector.empty(topic);
      say(terminal, `${topic}: emptied.`);
    }
    return exitCodes.done;
  });
}

function show(letters: readonly DeadLetter[]): string {
  const rows = letters.map(({ at, from, reason, value }) => [at, from, reason, excerpt(value)]);
  return rows.length === 0 ? 'none' : table([['when', 'from', 'why', 'what'], ...rows]);
}

/** Of whatever it is: on one line, and without what would move a terminal's cursor. */
function excerpt(value: string): string {
  return JSON.stringify(value.slice(0, 80));
}
