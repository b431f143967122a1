// What the terminal can do: colours only where a person sees them, and never under NO_COLOR.

import { styleText } from 'node:util';

export interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

export function isLive(stream: TerminalStream, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb';
}

export function painter(stream: TerminalStream, env: NodeJS.ProcessEnv): Paint {
  const noColor = env.NO_COLOR !== undefined && env.NO_COLOR !== '';
  if (noColor || !isLive(stream, env)) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}
