// Fills a folder below .stack/bin once: built beside its final place and renamed, so that an
// interrupted download leaves nothing half-made and two runs at once do no harm.

import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';

/** By folder: several servers of one run may need the same program at once. */
const underWay = new Map<string, Promise<void>>();

export async function buildOnce(
  folder: string,
  build: (unfinished: string) => Promise<void>,
): Promise<void> {
  if (existsSync(folder)) return;
  const building = underWay.get(folder) ?? buildIn(folder, build);
  underWay.set(folder, building);
  try {
    await building;
  } finally {
    underWay.delete(folder);
  }
}

async function buildIn(
  folder: string,
  build: (unfinished: string) => Promise<void>,
): Promise<void> {
  const unfinished = `${folder}.unfinished-${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  try {
    await build(unfinished);
    publish(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function publish(unfinished: string, folder: string): void {
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    // Another run was quicker; what it made is the same.
    if (!existsSync(folder)) throw error;
  }
}
