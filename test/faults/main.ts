// `npm run faults`: the pipeline under load and faults, every answer checked. See its README.md.

import { type FaultsOptions, help, parseOptions } from './options.ts';
import { runCommand } from './run-command.ts';

export async function main(): Promise<number> {
  let options: FaultsOptions | 'help';
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    process.stderr.write(`${error.message}\n\n${help}`);
    return 2;
  }
  if (options !== 'help') return await runCommand(options);
  process.stdout.write(help);
  return 0;
}
