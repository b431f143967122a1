// `npm run check`: types, lint, format and the tests that need no servers.

import { checkout } from './places.ts';
import { findTests } from './test-run/find-tests.ts';
import { runChecked } from './test-run/run-checked.ts';

export async function main(): Promise<number> {
  return runChecked({
    command: 'npm run check',
    files: findTests(checkout, []).filter(({ needsServers }) => !needsServers),
    flags: [],
    withStaticChecks: true,
  });
}
