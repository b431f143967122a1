// From the environment to a frozen, typed object, once per process. Every mistake is reported
// together, by the name a person typed; nothing else in the project reads the environment.

import { z } from 'zod';
import { SettingsError } from './errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Parses the variables a schema names; an empty string counts as not set.
 * @throws SettingsError naming every mistake.
 */
export function readSettings<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Environment,
): Readonly<z.output<Schema>> {
  const named = Object.keys(schema.shape).map((name) => [name, environment[name] || undefined]);
  const parsed = schema.safeParse(Object.fromEntries(named));
  if (parsed.success) {
    return Object.freeze(parsed.data);
  }
  throw new SettingsError(
    parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  );
}
