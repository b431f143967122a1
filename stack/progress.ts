// Shows the steps that a person waits for: on a terminal a list that is redrawn in place, otherwise
// plain lines, one for each new stage and a few for a long count.

import { isLive, type Paint, painter, type TerminalStream } from './terminal.ts';

export interface Step {
  report(text: string): void;
  succeed(text: string): void;
  fail(text: string): void;
}

export interface Progress {
  step(title: string): Step;
  /** Leaves the list as it is; what is written after it comes below. */
  close(): void;
}

export interface ProgressOptions {
  readonly stream: TerminalStream;
  readonly env: NodeJS.ProcessEnv;
  readonly now?: () => number;
}

interface Row {
  readonly title: string;
  readonly startedAt: number;
  state: 'failed' | 'running' | 'succeeded';
  text: string;
  elapsedMs?: number;
}

const redrawIntervalMs = 100;
/** Between two plain lines of one stage: longer with every line, as it goes on. */
const countIntervalMs = { first: 5_000, max: 30_000 };
const titleWidth = 14;
const spinner = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';

export function createProgress(options: ProgressOptions): Progress {
  return isLive(options.stream, options.env) ? liveProgress(options) : plainProgress(options);
}

function plainProgress({ stream, now = Date.now }: ProgressOptions): Progress {
  const write = (title: string, text: string): void => {
    stream.write(`${title.padEnd(titleWidth)}${text}\n`);
  };
  const step = (title: string): Step => {
    const startedAt = now();
    let stage = '';
    let writtenAt = 0;
    let intervalMs = countIntervalMs.first;
    const report = (text: string): void => {
      const newStage = text.replace(/[\d.,/ ]+/g, ' ');
      if (newStage === stage && now() - writtenAt < intervalMs) return;
      const isSame = newStage === stage;
      intervalMs = isSame ? Math.min(intervalMs * 2, countIntervalMs.max) : countIntervalMs.first;
      stage = newStage;
      writtenAt = now();
      write(title, text);
    };
    return {
      report,
      succeed: (text) => write(title, `${text} (${seconds(now() - startedAt)})`),
      fail: (text) => write(title, `failed: ${text}`),
    };
  };
  return { step, close: () => undefined };
}

function liveProgress({ stream, env, now = Date.now }: ProgressOptions): Progress {
  const paint = painter(stream, env);
  const rows: Row[] = [];
  let drawn = 0;
  let frame = 0;
  let closed = false;
  const draw = (): void => {
    if (closed) return;
    frame += 1;
    const up = drawn === 0 ? '' : `\u001b[${drawn}A`;
    const width = (stream.columns || 80) - 1;
    const lines = rows.map((row) => `\u001b[2K${line({ row, frame, width, paint, at: now() })}\n`);
    drawn = rows.length;
    stream.write(up + lines.join(''));
  };
  const showCursor = (): void => void stream.write('\u001b[?25h');
  stream.write('\u001b[?25l');
  process.once('exit', showCursor);
  const timer = setInterval(draw, redrawIntervalMs);
  return {
    step: (title) => {
      const row: Row = { title, startedAt: now(), state: 'running', text: '' };
      rows.push(row);
      const settle = (state: Row['state'], text: string): void => {
        Object.assign(row, { state, text, elapsedMs: now() - row.startedAt });
        draw();
      };
      return {
        report: (text) => Object.assign(row, { text }),
        succeed: (text) => settle('succeeded', text),
        fail: (text) => settle('failed', text),
      };
    },
    close: () => {
      if (closed) return;
      draw();
      closed = true;
      clearInterval(timer);
      process.off('exit', showCursor);
      showCursor();
    },
  };
}

interface LineOptions {
  readonly row: Row;
  readonly frame: number;
  readonly width: number;
  readonly paint: Paint;
  readonly at: number;
}

function line({ row, frame, width, paint, at }: LineOptions): string {
  const time = seconds(row.elapsedMs ?? at - row.startedAt);
  const room = width - titleWidth - time.length - 7;
  const text = row.text.length > room ? `${row.text.slice(0, Math.max(0, room - 1))}…` : row.text;
  const marks = {
    running: paint('cyan', spinner[frame % spinner.length] ?? ''),
    succeeded: paint('green', '✔'),
    failed: paint('red', '✖'),
  };
  return `  ${marks[row.state]} ${row.title.padEnd(titleWidth)} ${text}  ${paint('dim', time)}`;
}

function seconds(elapsedMs: number): string {
  return `${(elapsedMs / 1000).toFixed(1)} s`;
}
