// Runs one of our one-shot commands (migrate, seed) as a child process and shows what it says as
// the progress of a step.

import { describeExit, startChild } from './child.ts';
import { nodeFlags } from './node-flags.ts';
import type { Places } from './places.ts';
import type { Step } from './progress.ts';
import { StackError } from './stack-error.ts';

export interface OneShotOptions {
  /** 'migrate', 'seed': also the prefix of its lines, which the step does not repeat. */
  readonly name: string;
  readonly main: string;
  readonly env: NodeJS.ProcessEnv;
  readonly places: Places;
  readonly step: Step;
}

const stopTimeoutMs = 15_000;
const linesShown = 12;

export async function runOneShot(options: OneShotOptions): Promise<void> {
  const { name, main, env, places, step } = options;
  const lines: string[] = [];
  const child = await startChild({
    name,
    command: process.execPath,
    args: [...nodeFlags(), main],
    env,
    cwd: places.root,
    output: {
      onLine: (line) => {
        lines.push(line);
        step.report(withoutPrefix(line, name));
      },
    },
    stopSignal: 'SIGTERM',
    stopTimeoutMs,
    run: places.run,
  });
  const exit = await child.exited;
  const last = withoutPrefix(lines.at(-1) ?? '', name);
  if (exit.code === 0) return step.succeed(last === '' ? 'done' : last);
  step.fail(describeExit(exit));
  const said = lines.slice(-linesShown).map((line) => `  ${line}`);
  throw new StackError(
    `\`npm run ${name}\` failed (${describeExit(exit)}). It said:\n${said.join('\n')}`,
  );
}

function withoutPrefix(line: string, name: string): string {
  return line.startsWith(`${name}: `) ? line.slice(name.length + 2) : line;
}
