// How a command is declared and run: its help always has examples and the exit codes, its failures
// are one sentence, and what it needs of the servers is there only while it runs.

import { Command } from 'commander';
import { describeError, SettingsError } from '../platform/errors.ts';
import { createLogger } from '../platform/logger.ts';
import { type Observer, startObserver } from '../observe/observer.ts';
import { type ObserveSettings, readObserveSettings } from '../observe/settings.ts';
import { complain, type Terminal } from './terminal.ts';

export const exitCodes = { done: 0, failed: 1, usage: 2 } as const;

/** Somebody has to type something else; said without a stack. Exit code 2. */
export class UsageError extends Error {}

export interface CommandDescription {
  /** As commander writes it: `flush <resource>`. */
  usage: string;
  summary: string;
  /** Each a line to type, after `npx cinesync`. */
  examples: readonly string[];
  /** What 0 and 1 mean here. */
  exit: { done: string; failed: string };
}

export function describeCommand(description: CommandDescription): Command {
  const { usage, summary, examples, exit } = description;
  const shown = examples.map((example) => `  npx cinesync ${example}`).join('\n');
  const [name, ...words] = usage.split(' ');
  const command = new Command(name);
  if (words.length > 0) {
    command.arguments(words.join(' '));
  }
  return command
    .summary(summary)
    .description(summary)
    .addHelpText('after', `\nExamples:\n${shown}\n`)
    .addHelpText(
      'after',
      `Exit codes: 0 ${exit.done} · 1 ${exit.failed} · 2 wrong usage or settings`,
    );
}

/** Runs the body and remembers its exit code. */
export function act<Words extends unknown[]>(
  terminal: Terminal,
  body: (...words: Words) => Promise<number>,
): (...words: Words) => Promise<void> {
  return async (...words) => {
    try {
      process.exitCode = await body(...words);
    } catch (error) {
      complain(terminal, `cinesync: ${sentence(error)}`);
      const usage = error instanceof UsageError || error instanceof SettingsError;
      process.exitCode = usage ? exitCodes.usage : exitCodes.failed;
    }
  };
}

/** What Postgres advises is worth as much as what it complains of. */
function sentence(error: unknown): string {
  const { hint } = error as { hint?: unknown };
  return typeof hint === 'string' ? `${describeError(error)}\n  ${hint}` : describeError(error);
}

export async function withObserver(
  terminal: Terminal,
  use: (observer: Observer, settings: ObserveSettings) => Promise<number>,
): Promise<number> {
  const logger = createLogger({ process: 'cli', level: 'silent' });
  const settings = readObserveSettings(terminal.env);
  const observer = await startObserver(settings, logger);
  try {
    return await use(observer, settings);
  } finally {
    await observer.stop();
  }
}
