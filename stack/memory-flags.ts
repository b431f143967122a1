// How much memory Node may take for one of our processes. By itself it sizes its heap for the whole
// machine and lets garbage lie until then: three times of what the processes need at rest.

import { join } from 'node:path';
import type { Places } from './places.ts';

/** Megabytes that live objects may take; several times what was seen under load. */
const heapMax: Readonly<Record<string, number>> = {
  api: 256,
  auditor: 128,
  cleaner: 64,
  listener: 128,
};
const heapMaxElsewhere = 256;
/** Young objects: small, because most of ours are gone within a request or a batch. */
const youngMax = 2;

export function memoryFlags(name: string): string[] {
  const heap = heapMax[name] ?? heapMaxElsewhere;
  const flags = [`--max-semi-space-size=${youngMax}`, `--max-old-space-size=${heap}`];
  // These wait more than they compute.
  return name === 'cleaner' || name === 'auditor' ? [...flags, '--optimize-for-size'] : flags;
}

/** Compiled code is kept from start to start, so that nothing has to be loaded to make it again. */
export function compileCache(places: Places): NodeJS.ProcessEnv {
  return { NODE_COMPILE_CACHE: join(places.stack, 'compile-cache') };
}
