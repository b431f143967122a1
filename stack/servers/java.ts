// Java 17 and Maven: used when they are there, installed when we may (root on Debian or Ubuntu,
// saying so first), else named with the command that installs them.

import { onPath, installCommand, mayInstallPackages, type PackageNames } from '../programs.ts';
import { runCommand } from '../run-command.ts';
import { StackError } from '../stack-error.ts';

const javaMin = 17;
const javaPackages: PackageNames = {
  apt: 'default-jre-headless',
  dnf: 'java-21-openjdk-headless',
  brew: 'openjdk',
};
const mavenPackages: PackageNames = { apt: 'maven', dnf: 'maven', brew: 'maven' };

export interface JavaNeed {
  /** Who needs it: 'Kafka'. */
  readonly server: string;
  /** What a person can do instead of installing it. */
  readonly instead: string;
  report(progress: string): void;
}

/** Small heaps and the quick compiler only: these servers carry a developer's load. */
export const javaFlags = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Djava.net.preferIPv4Stack=true',
];

export async function requireJava(need: JavaNeed): Promise<string> {
  const program = `Java ${javaMin} or later`;
  return (await findJava()) ?? (await installed(program, javaPackages, need, findJava));
}

export async function requireMaven(need: JavaNeed): Promise<string> {
  const find = async (): Promise<string | undefined> => onPath('mvn');
  return (await find()) ?? (await installed('Maven', mavenPackages, need, find));
}

async function installed(
  program: string,
  names: PackageNames,
  need: JavaNeed,
  find: () => Promise<string | undefined>,
): Promise<string> {
  if (mayInstallPackages()) await install(program, names, need);
  const path = await find();
  if (path !== undefined) return path;
  throw new StackError(
    `${need.server} needs ${program}, which was not found. Install it:\n` +
      `  ${installCommand(names)}\n${need.instead}`,
  );
}

async function findJava(): Promise<string | undefined> {
  const home = process.env.JAVA_HOME;
  const candidates = [home === undefined ? undefined : `${home}/bin/java`, onPath('java')];
  for (const java of candidates) {
    if (java !== undefined && (await versionOf(java)) >= javaMin) return java;
  }
  return undefined;
}

async function versionOf(java: string): Promise<number> {
  const what = 'Asking Java for its version';
  const text = await runCommand({ what, command: java, args: ['-version'] }).catch(() => '');
  return Number(/version "(\d+)/.exec(text)?.[1] ?? 0);
}

/** apt-get has one lock: the second of two that ask at once waits for the first. */
let installing: Promise<unknown> = Promise.resolve();

async function install(program: string, names: PackageNames, need: JavaNeed): Promise<void> {
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
