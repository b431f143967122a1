// `cinesync flush`: voids every entry of a resource. It asks, because every reader pays for it.

import type { Command } from 'commander';
import { act, describeCommand, exitCodes, UsageError, withObserver } from '../command.ts';
import { agrees } from '../question.ts';
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
  if (!options.yes && !(await isWanted(terminal, resource.name))) {
    say(terminal, 'Nothing was flushed.');
    return exitCodes.failed;
  }
  return await withObserver(terminal, async ({ database }) => {
    await database.query({ text: 'select cache.flush($1)', values: [resource.name] });
    say(terminal, `${resource.name}: flushed.`);
    return exitCodes.done;
  });
}

async function isWanted(terminal: Terminal, name: string): Promise<boolean> {
  if (terminal.input.isTTY !== true) {
    throw new UsageError('flush asks first, and nobody is there to answer: add --yes');
  }
  const question = `Every entry of ${name} goes; readers load them from Postgres again. Go on?`;
  return await agrees(terminal, question);
}
