// `npm run mutants`: sabotages a copy of the source, one place at a time, and sees that the tests
// notice every one.

import { runSession } from '../../stack/session.ts';
import { testInstances } from '../../stack/test-run/test-servers.ts';
import { readCall } from './call.ts';
import { mutants } from './mutants.ts';
import { runMutants } from './run-mutants.ts';

const help = `Breaks the source in one place at a time, and runs the test that must notice it.

  npm run mutants                 all of them
  npm run mutants -- lease flush  those whose name or file has one of these
  npm run mutants -- --list       what there is, without running anything

  --jobs N       how many at a time (default 2)
  --tests-pass   leave out the look at the tests without a mutant: \`npm test\` is run anyway
  --list         name them
  --help         this text

It works on copies in a temporary folder and starts servers of its own. When all of them were run
and caught it writes the table in test/faults/README.md.
Exit code: 0 all caught; 1 one was not, or its place in the source has moved; 2 wrong usage.
`;

export async function main(): Promise<number> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const call = readCall(process.argv.slice(2), mutants);
  if (typeof call === 'string') {
    process.stderr.write(`${call}\nSee: npm run mutants -- --help\n`);
    return 2;
  }
  if (call.help) {
    process.stdout.write(help);
    return 0;
  }
  if (call.list) {
    for (const { name, file } of call.mutants) say(`${file.padEnd(44)} ${name}`);
    return 0;
  }
  return runSession({
    instances: testInstances,
    command: 'npm run mutants',
    codeWhenStopped: 1,
    say,
    body: (session) => runMutants(session, call),
  });
}
