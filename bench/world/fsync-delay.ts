// Makes the disk of our Postgres as slow as a network block device, while it runs: a shim of our
// own (fsync-delay.c), compiled here, is preloaded and reads the delay from a file.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onPath } from '../../stack/programs.ts';
import { runCommand } from '../../stack/run-command.ts';

export interface FsyncDelay {
  /** Why there is none; null where it works. */
  readonly missing: string | null;
  /** What Postgres is started with. */
  readonly env: Readonly<Record<string, string>>;
  /** From now on, for every backend. */
  set(ms: number): void;
}

const source = fileURLToPath(new URL('../fsync-delay.c', import.meta.url));

/** @param folder that Postgres may enter, whoever it runs as */
export async function createFsyncDelay(folder: string): Promise<FsyncDelay> {
  const compiler = onPath('cc', 'gcc', 'clang');
  if (process.platform !== 'linux' || compiler === undefined) {
    const missing = compiler === undefined ? 'there is no C compiler (cc)' : 'this is not Linux';
    return { missing, env: {}, set: () => undefined };
  }
  const library = join(folder, 'fsync-delay.so');
  const delayFile = join(folder, 'fsync-delay-micros');
  await runCommand({
    what: 'Compiling the shim that delays fsync',
    command: compiler,
    args: ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl'],
  });
  const set = (ms: number): void => {
    const micros = Buffer.alloc(4);
    micros.writeUInt32LE(Math.round(ms * 1000));
    // In place: who has the file mapped sees it.
    writeFileSync(delayFile, micros, { flag: 'r+' });
  };
  writeFileSync(delayFile, Buffer.alloc(4), { mode: 0o644 });
  return { missing: null, env: { LD_PRELOAD: library, BENCH_FSYNC_DELAY_FILE: delayFile }, set };
}
