// `cinesync unwatch`: ends the capture of a table. The resource is read from Postgres from then on.

import type { Command } from 'commander';
import { act, describeCommand, exitCodes, withObserver } from '../command.ts';
import { say, type Terminal } from '../terminal.ts';

interface Options {
  resource: string;
  forget?: true;
}

export function unwatchCommand(terminal: Terminal): Command {
  return describeCommand({
    usage: 'unwatch <table>',
    summary: 'stop capturing a table: its resource is read from Postgres from then on',
    examples: ['unwatch shop --resource shop', 'unwatch old_shop --resource shop --forget'],
    exit: { done: 'not captured any more', failed: 'Postgres refused; nothing changed' },
  })
    .requiredOption('--resource <name>', 'what its changes changed')
    .option('--forget', 'its answers do not come from this table any more: trust the rest again')
    .action(act(terminal, (table: string, options: Options) => unwatch(terminal, table, options)));
}

async function unwatch(terminal: Terminal, table: string, options: Options): Promise<number> {
  const { resource, forget } = options;
  return await withObserver(terminal, async ({ database }) => {
    const text = forget ? 'select cache.forget($1, $2)' : 'select cache.unwatch($1, $2)';
    await database.query({ text, values: [table, resource] });
    const result = forget
      ? `${table} is forgotten for ${resource}.`
      : `${table} is not captured any more: ${resource} is read from Postgres.`;
    say(terminal, result);
    return exitCodes.done;
  });
}
