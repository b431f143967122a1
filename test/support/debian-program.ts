// A program that only tests need: the one on PATH, else from Debian's or Ubuntu's package, unpacked
// below .stack/bin without installing anything.

import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { placesOf } from '../../stack/places.ts';
import { onPath } from '../../stack/programs.ts';
import { buildOnce } from '../../stack/servers/build-once.ts';
import { unpackDebianPackages } from '../../stack/servers/debian-packages.ts';

export interface DebianProgram {
  readonly path: string;
  /** So that it finds the libraries that came with it. */
  readonly env: Record<string, string>;
}

/** The same in a folder that everybody may read, for a program that does not run as root. */
export function copyProgram({ path, env }: DebianProgram, folder: string): DebianProgram {
  const bin = placesOf('').bin;
  if (!path.startsWith(bin)) {
    return { path, env };
  }
  const home = join(bin, relative(bin, path).split('/')[0] ?? '');
  // As they are: resolved, links between libraries would lead back to where nobody may read.
  cpSync(home, folder, { recursive: true, verbatimSymlinks: true });
  const moved = (text: string) => text.replaceAll(home, folder);
  const names = Object.entries(env).map(([name, text]) => [name, moved(text)]);
  return { path: moved(path), env: Object.fromEntries(names) as Record<string, string> };
}

export async function findProgram(name: string, debianPackage: string): Promise<DebianProgram> {
  const installed = onPath(name);
  if (installed !== undefined) {
    return { path: installed, env: {} };
  }
  const folder = join(placesOf('').bin, debianPackage);
  await buildOnce(folder, (unfinished) =>
    unpackDebianPackages({
      packages: [debianPackage],
      folder: unfinished,
      report: () => undefined,
    }),
  );
  const path = ['usr/bin', 'usr/sbin'].map((bin) => join(folder, bin, name)).find(existsSync);
  if (path === undefined) {
    throw new Error(
      `the package ${debianPackage} holds no ${name}: install it, so that it is found`,
    );
  }
  const libraries = join(folder, 'usr/lib');
  const folders = existsSync(libraries) ? readdirSync(libraries) : [];
  const search = folders.map((found) => join(libraries, found)).join(':');
  return { path, env: { LD_LIBRARY_PATH: search } };
}
