// JSON lines on standard output. One logger per process, one child per component; every line has
// a fixed event name and fields, never values or rows.

import { pino } from 'pino';

export type Logger = pino.Logger;

export interface LoggerOptions {
  process: string;
  level: string;
}

export function createLogger(options: LoggerOptions): Logger {
  return pino({
    level: options.level,
    base: { process: options.process },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    errorKey: 'error',
  });
}
