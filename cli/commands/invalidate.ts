// `cinesync invalidate`: voids single entries by hand, by the way that every change takes.

import type { Command } from 'commander';
import { act, describeCommand, exitCodes, withObserver } from '../command.ts';
import { canonicalCodes, resourceNamed } from '../resource-argument.ts';
import { say, type Terminal } from '../terminal.ts';

export function invalidateCommand(terminal: Terminal): Command {
  return describeCommand({
    usage: 'invalidate <resource> <codes...>',
    summary: 'void single entries; what depends on them goes with them',
    examples: ['invalidate city BGR', 'invalidate city BGR ROU'],
    exit: { done: 'on its way, like any change', failed: 'Postgres refused' },
  }).action(act(terminal, (name: string, codes: string[]) => invalidate(terminal, name, codes)));
}

async function invalidate(terminal: Terminal, name: string, words: string[]): Promise<number> {
  const resource = resourceNamed(name);
  const codes = canonicalCodes(resource, words);
  return await withObserver(terminal, async ({ database }) => {
    await database.query({
      text: 'select cache.invalidate($1, $2)',
      values: [resource.name, codes],
    });
    say(terminal, `${resource.name}: invalidated ${codes.join(', ')}.`);
    return exitCodes.done;
  });
}
