// `cinesync tables`: what is watched for what, and what is wrong with it.

import type { Command } from 'commander';
import {
  type CaptureFinding,
  readCaptureFindings,
  readWatchedTables,
  type WatchedTable,
} from '../../observe/state/capture.ts';
import { act, describeCommand, exitCodes, withObserver } from '../command.ts';
import { table } from '../table.ts';
import { say, type Terminal } from '../terminal.ts';

export function tablesCommand(terminal: Terminal): Command {
  return describeCommand({
    usage: 'tables',
    summary: 'which tables are watched for which resources, and what is wrong with them',
    examples: ['tables', "tables --json | jq '.tables[].table'"],
    exit: { done: 'every change is captured', failed: 'something is not' },
  })
    .option('--json', 'for programs: {tables, findings}')
    .action(act(terminal, (options: { json?: true }) => list(terminal, options)));
}

async function list(terminal: Terminal, options: { json?: true }): Promise<number> {
  return await withObserver(terminal, async ({ listenerDatabase }) => {
    const tables = await readWatchedTables(listenerDatabase);
    const findings = await readCaptureFindings(listenerDatabase);
    const text = options.json
      ? JSON.stringify({ tables, findings }, null, 2)
      : show(tables, findings);
    say(terminal, text);
    return findings.length === 0 ? exitCodes.done : exitCodes.failed;
  });
}

function show(tables: readonly WatchedTable[], findings: readonly CaptureFinding[]): string {
  const rows = tables.map((watched) => [
    watched.table,
    watched.resource,
    watched.columns.join(','),
    watched.channel,
    watched.live ? watched.mode : 'unwatched',
  ]);
  const complaints = findings.map((finding) => {
    return `${finding.resource}: ${finding.table ?? ''} ${finding.problem}`;
  });
  return [
    table([['table', 'resource', 'columns', 'channel', 'mode'], ...rows]),
    ...complaints,
  ].join('\n');
}
