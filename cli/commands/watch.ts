// `cinesync watch`: puts a table under capture, by the one SQL statement that does.

import type { Command } from 'commander';
import { cachedResources, sourceResources } from '../../contract/resources.ts';
import { act, describeCommand, exitCodes, withObserver } from '../command.ts';
import { say, type Terminal } from '../terminal.ts';

interface Options {
  resource: string;
  columns: string;
  channel?: string;
  mode: string;
}

export function watchCommand(terminal: Terminal): Command {
  return describeCommand({
    usage: 'watch <table>',
    summary: 'capture the changes of a table for a resource; again: repair and flush',
    examples: [
      'watch shop --resource shop --columns id',
      'watch sales.item --resource shop --columns shop_id',
    ],
    exit: {
      done: 'every change is captured from now on',
      failed: 'Postgres refused; nothing changed',
    },
  })
    .requiredOption('--resource <name>', 'what its changes change')
    .requiredOption('--columns <a,b>', 'the columns that hold the code')
    .option('--channel <name>', 'to notify on; default: the one of the resource')
    .option('--mode <stmt|row>', 'row: for a table that logical replication writes', 'stmt')
    .action(act(terminal, (table: string, options: Options) => watch(terminal, table, options)));
}

async function watch(terminal: Terminal, table: string, options: Options): Promise<number> {
  const { resource, columns, mode } = options;
  const known = [...cachedResources, ...sourceResources].find(({ name }) => name === resource);
  return await withObserver(terminal, async ({ database }) => {
    await database.query({
      text: `select cache.watch($1, resource => $2, columns => $3, channel => $4, mode => $5)`,
      values: [
        table,
        resource,
        columns.split(','),
        options.channel ?? known?.channel ?? null,
        mode,
      ],
    });
    say(terminal, `${table} is watched for ${resource}, which was flushed.`);
    if (known === undefined) {
      say(
        terminal,
        `${resource} is not in contract/resources.ts: its changes go nowhere until it is.\n` +
          'Add its line there, then: npx cinesync migrate; see docs/getting-started.md.',
      );
    }
    return exitCodes.done;
  });
}
