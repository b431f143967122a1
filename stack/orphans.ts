// What a crashed run left behind: each process that we start is noted in a file until it has
// ended, and the next run of the same instance ends those that still run before it starts its own.

import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identify, isRunning, type ProcessIdentity } from './process-identity.ts';

interface ChildNote extends ProcessIdentity {
  readonly name: string;
  readonly stopSignal: NodeJS.Signals;
}

const stopTimeoutMs = 10_000;
const pollMs = 50;

export function noteChild(
  run: string,
  child: { name: string; pid: number; stopSignal: NodeJS.Signals },
): string {
  const file = join(run, `${child.name}-${child.pid}.json`);
  const note = { ...child, startedAt: identify(child.pid)?.startedAt ?? '' };
  writeFileSync(`${file}.new`, JSON.stringify(note));
  renameSync(`${file}.new`, file);
  return file;
}

/** Returns the names of what had to be ended. */
export async function endOrphans(run: string): Promise<string[]> {
  const notes = readNotes(run);
  const orphans = running(notes);
  await Promise.all(orphans.map(end));
  for (const { file } of notes) rmSync(file, { force: true });
  return orphans.map(({ name }) => name);
}

async function end(note: ChildNote): Promise<void> {
  signal(note.pid, note.stopSignal);
  const deadline = Date.now() + stopTimeoutMs;
  while (isRunning(note)) {
    if (Date.now() > deadline) signal(-note.pid, 'SIGKILL');
    await delay(pollMs);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended in the meantime, which is what was wanted.
  }
}

interface NoteFile {
  readonly file: string;
  readonly note: ChildNote | undefined;
}

function running(notes: readonly NoteFile[]): ChildNote[] {
  return notes.flatMap(({ note }) => (note !== undefined && isRunning(note) ? [note] : []));
}

function readNotes(run: string): NoteFile[] {
  const files = readdirSync(run).filter((name) => name.endsWith('.json'));
  return files.map((name) => ({ file: join(run, name), note: readNote(join(run, name)) }));
}

function readNote(file: string): ChildNote | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ChildNote;
  } catch {
    return undefined;
  }
}

/** At once and without waiting: for a person who has asked twice. */
export function killOrphans(run: string): void {
  for (const note of running(readNotes(run))) signal(-note.pid, 'SIGKILL');
}
