// Java 17 and Maven: used when they are there, installed when we may (root on Debian or Ubuntu,
// saying so first), else named with the command that installs them.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { onPath, type PackageNames } from '../programs.ts';
import { runCommand } from '../run-command.ts';
import { installed, type PackageNeed } from './install-package.ts';

const javaMin = 17;
const javaPackages: PackageNames = {
  apt: 'default-jre-headless',
  dnf: 'java-21-openjdk-headless',
  brew: 'openjdk',
};
const mavenPackages: PackageNames = { apt: 'maven', dnf: 'maven', brew: 'maven' };

export type JavaNeed = PackageNeed;

export interface Java {
  readonly path: string;
  /** All that it says about itself: classes prepared by one Java are no good for another. */
  readonly version: string;
}

export async function requireJava(need: JavaNeed): Promise<Java> {
  const program = `Java ${javaMin} or later`;
  return (await findJava()) ?? (await installed(program, javaPackages, need, findJava));
}

export async function requireMaven(need: JavaNeed): Promise<string> {
  const find = async (): Promise<string | undefined> => onPath('mvn');
  return (await find()) ?? (await installed('Maven', mavenPackages, need, find));
}

/** Small, and the quick compiler only: these servers carry a developer's load. */
export const javaFlags = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Djava.net.preferIPv4Stack=true',
];

/**
 * The first run of a program leaves its classes behind when it ends, in a form that later runs just
 * map: they start in half the time. What can not be mapped is loaded as ever.
 */
export function classArchiveFlag(java: Java, program: string): string {
  const id = createHash('sha256').update(java.version).digest('hex').slice(0, 8);
  const archive = join(program, `classes-${id}.jsa`);
  return `-XX:${existsSync(archive) ? 'SharedArchiveFile' : 'ArchiveClassesAtExit'}=${archive}`;
}

async function findJava(): Promise<Java | undefined> {
  const home = process.env.JAVA_HOME;
  const candidates = [home === undefined ? undefined : `${home}/bin/java`, onPath('java')];
  for (const path of candidates) {
    if (path === undefined) continue;
    const version = await versionOf(path);
    const major = Number(/version "(\d+)/.exec(version)?.[1] ?? 0);
    if (major >= javaMin) return { path, version };
  }
  return undefined;
}

async function versionOf(java: string): Promise<string> {
  const what = 'Asking Java for its version';
  return runCommand({ what, command: java, args: ['-version'] }).catch(() => '');
}
