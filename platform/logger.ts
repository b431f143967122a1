// JSON lines on standard output. One logger per process, one child per component; every line has
// a fixed event name and fields, never values or rows.

import { pino } from 'pino';

export type Logger = pino.Logger;

export interface LoggerOptions {
  process: string;
  level: string;
}

export function createLogger(options: LoggerOptions): Logger {
  const settings: pino.LoggerOptions = {
    level: options.level,
    base: { process: options.process },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    errorKey: 'error',
  };
  // In the background; with a least length of 0 `flush` would not wait for what is under way.
  return pino(settings, pino.destination({ fd: 1, sync: false, minLength: 1 }));
}
