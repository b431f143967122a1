// A program that only tests need: the one on PATH, else from Debian's or Ubuntu's package, unpacked
// below .stack/bin without installing anything.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { placesOf } from '../../stack/places.ts';
import { onPath } from '../../stack/programs.ts';
import { buildOnce } from '../../stack/servers/build-once.ts';
import { unpackDebianPackages } from '../../stack/servers/debian-packages.ts';

export interface DebianProgram {
  readonly path: string;
  /** So that it finds the libraries that came with it. */
  readonly env: Record<string, string>;
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
