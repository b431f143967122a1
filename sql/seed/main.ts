// The command line of the seed: `npm run seed`. Ctrl-C is harmless: an open transaction is undone.

import { runSeed } from './run-seed.ts';

process.exitCode = await runSeed({
  args: process.argv.slice(2),
  environment: process.env,
  output: process.stdout,
  errorOutput: process.stderr,
  signal: new AbortController().signal,
});
