// `cinesync flush`: voids every entry of a resource. It asks, because every reader pays for it.

import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { act, describeCommand, exitCodes, UsageError, withObserver } from '../command.ts';
import { resourceNamed } from '../resource-argument.ts';
import { say, type Terminal } from '../terminal.ts';

export function flushCommand(terminal: Terminal): Command {
  return describeCommand({
    usage: 'flush <resource>',
    summary: 'void every entry of a resource, and of what depends on it; asks first',
    examples: ['flush city', 'flush city --yes  # in a script'],
    exit: { done: 'on its way, like any change', failed: 'not wanted, or Postgres refused' },
  })
    .option('--yes', 'do not ask')
    .action(
      act(terminal, (name: string, options: { yes?: true }) => flush(terminal, name, options)),
    );
}

async function flush(terminal: Terminal, name: string, options: { yes?: true }): Promise<number> {
  const resource = resourceNamed(name);
  if (!options.yes && !(await agrees(terminal, resource.name))) {
    say(terminal, 'Nothing was flushed.');
    return exitCodes.failed;
  }
  return await withObserver(terminal, async ({ database }) => {
    await database.query({ text: 'select cache.flush($1)', values: [resource.name] });
    say(terminal, `${resource.name}: flushed.`);
    return exitCodes.done;
  });
}

async function agrees({ input, output }: Terminal, name: string): Promise<boolean> {
  if (input.isTTY !== true) {
    throw new UsageError('flush asks first, and nobody is there to answer: add --yes');
  }
  const dialogue = createInterface({ input, output: process.stdout });
  output.write(`Every entry of ${name} goes; readers load them from Postgres again. `);
  try {
    return /^y(es)?$/i.test((await dialogue.question('Go on? [y/N] ')).trim());
  } finally {
    dialogue.close();
  }
}
