// Cleaning up in the reverse order of making: processes end before their database goes.

import { after } from 'node:test';
import type { TestScope } from './processes.ts';

/** For what a whole `describe` shares; call it in the body of the describe, not in a hook. */
export function suiteScope(): TestScope {
  return reverseScope({ after });
}

export function reverseScope(outer: TestScope): TestScope {
  const cleanUps: (() => Promise<void> | void)[] = [];
  outer.after(async () => {
    for (const cleanUp of cleanUps.toReversed()) {
      await cleanUp();
    }
  });
  return { after: (cleanUp) => void cleanUps.push(cleanUp) };
}
