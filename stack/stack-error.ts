// A failure that a person can act on: printed as one sentence, without a stack trace.

import { CineSyncError } from '../platform/errors.ts';

export class StackError extends CineSyncError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super('stack', message, options);
  }
}
