// One thing that was looked at: what was seen, or why nothing was. A server that is away must not
// hide what the others say.

import { describeError } from '../platform/errors.ts';

export type Reading<Value> =
  | { readonly value: Value; readonly error: null }
  | { readonly value: null; readonly error: string };

export async function attempt<Value>(look: () => Promise<Value>): Promise<Reading<Value>> {
  try {
    return { value: await look(), error: null };
  } catch (error) {
    return { value: null, error: describeError(error) };
  }
}
