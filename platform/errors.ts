// The errors every process shares. Loops branch on two kinds only: TransientError is tried
// again, PoisonError is set aside durably. Anything else is a fault and ends the process.

interface ErrorOptions {
  cause?: unknown;
}

export class CineSyncError extends Error {
  /** Stable, for logs, metrics and tests; the message is for people. */
  readonly code: string;

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Will heal by itself: a server that is away, a deadline that passed. */
export class TransientError extends CineSyncError {}

/** Will never succeed, however often it is tried. */
export class PoisonError extends CineSyncError {}

/** Start-up can not go on until a person changes the settings. Exit code 2. */
export class SettingsError extends CineSyncError {
  /** One sentence per mistake, all of them. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super('settings_invalid', `The settings are not usable:\n  ${problems.join('\n  ')}`);
    this.problems = problems;
  }
}

/** The text of whatever was thrown; drivers throw AggregateErrors whose own message is empty. */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(describeError).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}
