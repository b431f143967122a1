// A program of the system: used when it is there, installed when we may (root on Debian or Ubuntu,
// saying so first), else named with the command that installs it.

import { installCommand, mayInstallPackages, type PackageNames } from '../programs.ts';
import { runCommand } from '../run-command.ts';
import { StackError } from '../stack-error.ts';

export interface PackageNeed {
  /** Who needs it: 'Kafka'. */
  readonly server: string;
  /** What a person can do instead of installing it. */
  readonly instead: string;
  report(progress: string): void;
}

export async function installed<T>(
  program: string,
  names: PackageNames,
  need: PackageNeed,
  find: () => Promise<T | undefined>,
): Promise<T> {
  if (mayInstallPackages()) await install(program, names, need);
  const found = await find();
  if (found !== undefined) return found;
  throw new StackError(
    `${need.server} needs ${program}, which was not found. Install it:\n` +
      `  ${installCommand(names)}\n${need.instead}`,
  );
}

/** apt-get has one lock: the second of two that ask at once waits for the first. */
let installing: Promise<unknown> = Promise.resolve();

async function install(program: string, names: PackageNames, need: PackageNeed): Promise<void> {
  const work = installing.then(async () => {
    need.report(`${program} is missing: installing it (apt-get install ${names.apt})`);
    const what = `Installing ${names.apt}`;
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await runCommand({ what, command: 'apt-get', args: ['-q', 'update'], env });
    const args = ['-q', '-y', 'install', '--no-install-recommends', names.apt];
    await runCommand({ what, command: 'apt-get', args, env });
  });
  installing = work.catch(() => undefined);
  await work;
}
