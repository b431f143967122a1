// Builds MinIO into .stack/bin with Go: its makers no longer publish binaries.

import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Places } from '../places.ts';
import { installCommand, onPath } from '../programs.ts';
import { runCommand } from '../run-command.ts';
import { StackError } from '../stack-error.ts';
import { minioProgram } from './minio.ts';

const module = 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c';

export interface BuildMinioOptions {
  readonly places: Places;
  report(progress: string): void;
}

/** Does nothing when it is built already. */
export async function buildMinio({ places, report }: BuildMinioOptions): Promise<void> {
  const program = minioProgram(places);
  if (existsSync(program)) return;
  const go = onPath('go');
  if (go === undefined) throw missingGo();
  const unfinished = join(places.bin, `minio.unfinished-${process.pid}`);
  mkdirSync(unfinished, { recursive: true });
  let downloads = 0;
  let compiled = 0;
  report('asking for its source');
  try {
    await runCommand({
      what: 'Building MinIO',
      command: go,
      args: ['install', '-v', '-trimpath', module],
      env: { GOBIN: unfinished, CGO_ENABLED: '0' },
      onLine: (line) => {
        if (line.startsWith('go: downloading')) {
          report(`downloading source, ${(downloads += 1)} modules`);
        } else if (!line.startsWith('go:')) {
          report(`compiling, ${(compiled += 1)} packages`);
        }
      },
    });
    renameSync(join(unfinished, 'minio'), program);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function missingGo(): StackError {
  const command = installCommand({ apt: 'golang-go', dnf: 'golang', brew: 'go' });
  return new StackError(
    `Building MinIO needs Go 1.24 or later, which was not found. Install it:\n  ${command}\n` +
      'or from https://go.dev/dl. Without MinIO the stack uses S3Proxy.',
  );
}
