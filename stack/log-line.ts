// Turns one line of a process's output into one readable line. Anything that is not one of our JSON
// log lines is shown as it is, behind the name of its process.

import type { Paint, Style } from './terminal.ts';

export interface LogLineOptions {
  /** The process, as the stack calls it. */
  readonly name: string;
  readonly line: string;
  readonly paint: Paint;
}

const nameWidth = 8;
const shownElsewhere = new Set(['component', 'error', 'event', 'level', 'msg', 'process', 'time']);
const levelStyles: Record<string, Style> = {
  debug: 'dim',
  error: 'red',
  fatal: 'red',
  info: 'green',
  trace: 'dim',
  warn: 'yellow',
};
const nameStyles: Record<string, Style> = {
  api: 'cyan',
  auditor: 'yellow',
  cleaner: 'blue',
  listener: 'magenta',
};

export function formatLogLine({ name, line, paint }: LogLineOptions): string {
  const prefix = paint(nameStyles[name] ?? 'bold', name.padEnd(nameWidth));
  const record = parseLogLine(line);
  if (record === undefined) return `${prefix} ${line}`;
  const level = text(record.level);
  const fields = Object.entries(record).filter(([key]) => !shownElsewhere.has(key));
  const parts = [
    paint('dim', clock(record.time)),
    prefix,
    paint(levelStyles[level] ?? 'bold', level.padEnd(5)),
    text(record.event),
    text(record.msg),
    ...fields.map(([key, value]) => paint('dim', `${key}=${text(value)}`)),
  ];
  return parts.filter((part) => part !== '').join(' ') + describeFault(record, paint);
}

/** undefined when it is not one of our log lines. */
export function parseLogLine(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const record = JSON.parse(line) as Record<string, unknown>;
    return typeof record.level === 'string' ? record : undefined;
  } catch {
    return undefined;
  }
}

/** The local time of day: the date is the one on which the person looks. */
function clock(time: unknown): string {
  const at = new Date(text(time));
  if (Number.isNaN(at.getTime())) return text(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  const milliseconds = String(at.getMilliseconds()).padStart(3, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${milliseconds}`;
}

function describeFault(record: Record<string, unknown>, paint: Paint): string {
  const { error } = record;
  if (typeof error !== 'object' || error === null) return '';
  const { message, stack } = error as { message?: unknown; stack?: unknown };
  const serious = record.level === 'error' || record.level === 'fatal';
  if (serious && typeof stack === 'string') {
    return `\n${paint('dim', stack.replace(/^/gm, ' '.repeat(nameWidth)))}`;
  }
  return message === record.msg ? '' : ` ${paint('dim', `error=${text(message)}`)}`;
}

function text(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number);
}
