// Types, lint and format, one after another, while the servers start.

import { join } from 'node:path';
import { describeError } from '../../platform/errors.ts';
import type { Progress } from '../progress.ts';
import { runCommand } from '../run-command.ts';

export interface StaticChecksOptions {
  readonly root: string;
  readonly progress: Progress;
}

const checks = [
  { name: 'types', command: 'tsc', args: ['--noEmit', '--pretty', 'false'] },
  { name: 'lint', command: 'oxlint', args: ['--type-aware'] },
  { name: 'format', command: 'biome', args: ['format', '--colors=off', '.'] },
] as const;

/** What the failing ones said; empty when all is well. */
export async function runStaticChecks({ root, progress }: StaticChecksOptions): Promise<string[]> {
  const failures: string[] = [];
  for (const { name, command, args } of checks) {
    const step = progress.step(name);
    step.report('checking');
    const lines: string[] = [];
    try {
      await runCommand({
        what: name,
        command: join(root, 'node_modules', '.bin', command),
        args,
        cwd: root,
        env: { NO_COLOR: '1' },
        onLine: (line) => lines.push(line),
      });
      step.succeed('in order');
    } catch (error) {
      step.fail('see below');
      const said = lines.length > 0 ? lines.join('\n') : describeError(error);
      failures.push(`${name} (${command} ${args.join(' ')}):\n${said}`);
    }
  }
  return failures;
}
