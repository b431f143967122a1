// The command line for people who run CineSync: `npx cinesync …` or `npm run cinesync -- …`.

import { CommanderError } from 'commander';
import { exitCodes } from './command.ts';
import { createProgram } from './program.ts';
import { createTerminal } from './terminal.ts';

/** The exit code. */
export async function main(): Promise<number> {
  const { stdin: input, stdout: output, stderr: errorOutput, env } = process;
  // Whoever reads through `head` has seen enough.
  output.on('error', () => process.exit(exitCodes.done));
  const terminal = createTerminal({ input, output, errorOutput, env });
  try {
    await createProgram(terminal).parseAsync(process.argv);
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    }
    throw error;
  } finally {
    await new Promise((resolve) => output.write('', resolve));
  }
}
