// `npm run bench`: ours beside its control arms, scenario by scenario. See its README.md.

import { type BenchOptions, help, parseOptions } from './options.ts';
import { runCommand } from './run-command.ts';
import { scenarios } from './scenarios.ts';

export async function main(): Promise<number> {
  const names = scenarios.map(({ name }) => name);
  let options: BenchOptions | 'help' | 'list';
  try {
    options = parseOptions(process.argv.slice(2), names);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    process.stderr.write(`${error.message}\n\n${help}`);
    return 2;
  }
  if (options === 'help') {
    process.stdout.write(help);
    return 0;
  }
  if (options === 'list') {
    for (const { name, about } of scenarios) process.stdout.write(`${name.padEnd(14)} ${about}\n`);
    return 0;
  }
  return await runCommand(options);
}
