// Where the local stack keeps things. Binaries are shared by everything in this checkout; each
// instance (`npm start` has the folder itself, every test run its own) has its own data.

import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Places {
  /** The checkout. */
  readonly root: string;
  readonly stack: string;
  readonly bin: string;
  /** '' for the development stack, 'test-1' and so on for test runs. */
  readonly instance: string;
  readonly data: string;
  readonly logs: string;
  readonly run: string;
  /** The addresses of what runs. */
  readonly env: string;
  readonly lock: string;
}

export const checkout = dirname(dirname(fileURLToPath(import.meta.url)));

export function placesOf(instance: string, root = checkout): Places {
  const stack = join(root, '.stack');
  const home = join(stack, instance);
  return {
    root,
    stack,
    instance,
    bin: join(stack, 'bin'),
    data: join(home, 'data'),
    logs: join(home, 'logs'),
    run: join(home, 'run'),
    env: join(home, 'env'),
    lock: join(home, 'lock.json'),
  };
}

export function makePlaces(places: Places): void {
  mkdirSync(places.stack, { recursive: true, mode: 0o700 });
  for (const folder of [places.bin, places.data, places.logs, places.run]) {
    mkdirSync(folder, { recursive: true });
  }
}
