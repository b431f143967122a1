// All commands, in the order in which `cinesync --help` lists them.

import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { completionCommand } from './commands/completion.ts';
import { deadLettersCommand } from './commands/dead-letters.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { flushCommand } from './commands/flush.ts';
import { invalidateCommand } from './commands/invalidate.ts';
import { processCommands } from './commands/processes.ts';
import { statusCommand } from './commands/status.ts';
import { tablesCommand } from './commands/tables.ts';
import { tailCommand } from './commands/tail.ts';
import { unwatchCommand } from './commands/unwatch.ts';
import { warmCommand } from './commands/warm.ts';
import { watchCommand } from './commands/watch.ts';
import type { Terminal } from './terminal.ts';

const operating = [statusCommand, doctorCommand, tailCommand, explainCommand, warmCommand];
const capturing = [watchCommand, unwatchCommand, tablesCommand];
const repairing = [invalidateCommand, flushCommand, deadLettersCommand];

export function createProgram(terminal: Terminal): Command {
  const { output, errorOutput } = terminal;
  const program = new Command('cinesync')
    .description('A read cache that follows Postgres, seen from its operator.')
    .version(readVersion())
    .showHelpAfterError('(npx cinesync --help lists what there is)')
    .addHelpText('after', help);
  const groups: [heading: string, commands: Command[]][] = [
    ['Look:', operating.map((create) => create(terminal))],
    ['Capture:', capturing.map((create) => create(terminal))],
    ['Repair:', repairing.map((create) => create(terminal))],
    ['Processes:', processCommands()],
    ['Shell:', [completionCommand(terminal, program)]],
  ];
  for (const [heading, commands] of groups) {
    program.commandsGroup(heading);
    for (const command of commands) {
      program.addCommand(command.helpGroup(heading));
    }
  }
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void output.write(text),
      writeErr: (text) => void errorOutput.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  }
  return program;
}

const help = `
Examples:
  npx cinesync start
  npx cinesync doctor
  npx cinesync watch shop --resource shop --columns id

Addresses come from the environment, else .env, else the running stack (.stack/env).
Exit codes: 0 done, or well · 1 failed, or something is wrong · 2 wrong usage or settings`;

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
