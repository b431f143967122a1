// Runs a short-lived program to its end. It gets a process group of its own, like everything that
// we start, and is ended with us.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { signalProcess } from './child.ts';
import { StackError } from './stack-error.ts';

export interface CommandOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly onLine?: (line: string) => void;
  /** What failed, for the sentence: 'Downloading Kafka'. */
  readonly what: string;
}

const linesKept = 400;
const linesShown = 12;

/** Its output, standard error included. */
export function runCommand(options: CommandOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(options.command, options.args, {
      env: { ...process.env, ...options.env },
      detached: true,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...options.user,
    });
    const endWithUs = (): void => signalProcess(-(child.pid ?? 0), 'SIGKILL');
    const lines: string[] = [];
    const keep = (line: string): void => {
      if (lines.push(line) > linesKept) lines.shift();
      options.onLine?.(line);
    };
    createInterface({ input: child.stdout }).on('line', keep);
    createInterface({ input: child.stderr }).on('line', keep);
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    child.once('spawn', () => process.once('exit', endWithUs));
    child.once('error', (cause) => reject(failure(options, cause.message, cause)));
    child.once('close', (code, signal) => {
      process.off('exit', endWithUs);
      if (code === 0) return resolve(lines.join('\n'));
      const output = lines.slice(-linesShown).join('\n  ');
      reject(failure(options, `${signal ?? `exit code ${code}`}\n  ${output}`));
    });
  });
}

function failure(options: CommandOptions, reason: string, cause?: unknown): StackError {
  const typed = [options.command, ...options.args].join(' ');
  return new StackError(`${options.what} failed: ${reason}\nThe command was: ${typed}`, { cause });
}
