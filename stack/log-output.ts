// Where the lines of all processes meet. While the list of steps is being redrawn they are held
// back; afterwards they flow.

import { formatLogLine } from './log-line.ts';
import type { Paint, TerminalStream } from './terminal.ts';

export interface LogOutput {
  say: (text: string) => void;
  logLine: (name: string, line: string) => void;
  hold: () => void;
  release: () => void;
}

export function createLogOutput(options: { stream: TerminalStream; paint: Paint }): LogOutput {
  const { stream, paint } = options;
  let held: string[] | undefined;
  const write = (text: string): void => {
    if (held === undefined) stream.write(`${text}\n`);
    else held.push(text);
  };
  return {
    say: write,
    logLine: (name, line) => write(formatLogLine({ name, line, paint })),
    hold: () => {
      held ??= [];
    },
    release: () => {
      const lines = held ?? [];
      held = undefined;
      for (const line of lines) write(line);
    },
  };
}
