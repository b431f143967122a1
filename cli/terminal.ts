// Where a command speaks and listens: real streams in a shell, others in a test. Colours only where
// a person sees them, and never under NO_COLOR; what scripts read looks the same everywhere.

import type { Readable } from 'node:stream';
import type { Environment } from '../platform/settings.ts';
import { isLive, type Paint, painter, type TerminalStream } from '../stack/terminal.ts';

export interface Terminal {
  readonly output: TerminalStream;
  readonly errorOutput: TerminalStream;
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly env: Environment;
  readonly paint: Paint;
  /** Whether a person looks at the output. */
  readonly live: boolean;
}

export function createTerminal(
  streams: Pick<Terminal, 'output' | 'errorOutput' | 'input' | 'env'>,
): Terminal {
  const { output, env } = streams;
  return { ...streams, paint: painter(output, env), live: isLive(output, env) };
}

export function say(terminal: Terminal, text: string): void {
  terminal.output.write(`${text}\n`);
}

export function complain(terminal: Terminal, text: string): void {
  terminal.errorOutput.write(`${text}\n`);
}
