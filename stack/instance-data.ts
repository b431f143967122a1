// Throws away what an instance of the stack stored: test runs start from nothing and leave nothing.

import { mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Places } from './places.ts';
import { rootDataFolder } from './servers/postgres-home.ts';

/** The logs stay. */
export function clearData(places: Places): void {
  removeData(places);
  mkdirSync(places.data, { recursive: true });
}

/** All of it, for an instance that is not used again. */
export function removeInstance(places: Places): void {
  removeData(places);
  rmSync(dirname(places.data), { recursive: true, force: true });
}

function removeData(places: Places): void {
  if (places.instance === '') throw new Error('The development data are not ours to remove.');
  const folders = [places.data, rootDataFolder(places)];
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  removeIfEmpty(dirname(rootDataFolder(places)));
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // There is another instance in it, or it never was.
  }
}
