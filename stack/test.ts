// `npm test`: types, lint, format, then every test against real servers of its own. With paths,
// only the tests there. What node:test sums up comes last.

import { checkout } from './places.ts';
import { findTests } from './test-run/find-tests.ts';
import { runChecked } from './test-run/run-checked.ts';

const help = `Runs the tests on real servers, which it starts and stops itself.

  npm test                                   everything, with types, lint and format
  npm test -- cache test/walkthrough.test.ts only the tests at and below these paths
  npm test -- --test-name-pattern=lease      what starts with -- goes on to node --test

A server that the environment names (DATABASE_URL, REDIS_URL, KAFKA_BOOTSTRAP_SERVERS,
S3_ENDPOINT) is used and not started. With CI=true a skipped test is a failure.
`;

export async function main(): Promise<number> {
  const words = process.argv.slice(2);
  if (words.includes('--help')) {
    process.stdout.write(help);
    return 0;
  }
  const paths = words.filter((word) => !word.startsWith('-'));
  return runChecked({
    command: 'npm test',
    files: findTests(checkout, paths),
    flags: words.filter((word) => word.startsWith('-')),
    withStaticChecks: paths.length === 0,
  });
}
