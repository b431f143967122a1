// The command line of the migrations: `npm run migrate`. Safe to repeat and to run twice at once.

import { runMigrate } from './run-migrate.ts';

process.exitCode = await runMigrate({
  environment: process.env,
  output: process.stdout,
  errorOutput: process.stderr,
  signal: new AbortController().signal,
});
