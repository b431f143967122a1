// Looks for programs on PATH, and says what to type when one is missing.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export function onPath(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return candidates.find(isExecutable);
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface PackageNames {
  readonly apt: string;
  readonly dnf: string;
  readonly brew: string;
}

/** The command that installs it here. */
export function installCommand(names: PackageNames): string {
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  if (onPath('apt-get')) return `${sudo}apt-get install ${names.apt}`;
  if (onPath('dnf')) return `${sudo}dnf install ${names.dnf}`;
  if (onPath('brew')) return `brew install ${names.brew}`;
  return `(with your package manager) ${names.apt}, ${names.dnf} or ${names.brew}`;
}

export function mayInstallPackages(): boolean {
  return process.getuid?.() === 0 && onPath('apt-get') !== undefined;
}
