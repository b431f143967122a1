// One process that the stack runs: in a process group of its own, so that a Ctrl-C in the terminal
// reaches only us and we stop things in order; noted in a file, so that the next run can end what
// a crashed one left behind.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { StackError } from './stack-error.ts';
import { noteChild } from './orphans.ts';

export interface ChildSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Where its output goes: a file, or line by line to a function. */
  readonly output: { readonly file: string } | { readonly onLine: (line: string) => void };
  readonly stopSignal: NodeJS.Signals;
  readonly stopTimeoutMs: number;
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Folder of the notes about running processes. */
  readonly run: string;
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly pid: number;
  readonly exited: Promise<ChildExit>;
  /** Asks it to end, and ends its whole group when it does not in time. */
  stop(): Promise<ChildExit>;
  kill(): void;
}

export async function startChild(spec: ChildSpec): Promise<Child> {
  const started = spawnChild(spec);
  await new Promise<void>((resolve, reject) => {
    started.once('spawn', resolve);
    started.once('error', (cause) => {
      reject(new StackError(`${spec.name} can not be started: ${cause.message}.`, { cause }));
    });
  });
  const pid = started.pid as number;
  const note = noteChild(spec.run, { name: spec.name, pid, stopSignal: spec.stopSignal });
  const exited = new Promise<ChildExit>((resolve) => {
    started.once('close', (code, signal) => {
      signalProcess(-pid, 'SIGKILL');
      rmSync(note, { force: true });
      resolve({ code, signal });
    });
  });
  return {
    pid,
    exited,
    kill: () => signalProcess(-pid, 'SIGKILL'),
    stop: async () => {
      signalProcess(pid, spec.stopSignal);
      const deadline = setTimeout(() => signalProcess(-pid, 'SIGKILL'), spec.stopTimeoutMs);
      return exited.finally(() => clearTimeout(deadline));
    },
  };
}

export function describeExit(exit: ChildExit): string {
  return exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
}

/** Signals a process, or its group when the id is negative; one that is gone is fine. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function spawnChild(spec: ChildSpec): ChildProcess {
  const options = {
    cwd: spec.cwd,
    env: spec.env,
    detached: true,
    ...spec.user,
  };
  if ('file' in spec.output) {
    const file = openSync(spec.output.file, 'a', 0o600);
    const child = spawn(spec.command, spec.args, { ...options, stdio: ['ignore', file, file] });
    closeSync(file);
    return child;
  }
  const { onLine } = spec.output;
  const child = spawn(spec.command, spec.args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  createInterface({ input: child.stdout }).on('line', onLine);
  createInterface({ input: child.stderr }).on('line', onLine);
  return child;
}
