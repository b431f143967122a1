// Every sabotage there is, in the order of the flow.

import { cacheMutants } from './mutants-of-cache.ts';
import { captureMutants } from './mutants-of-capture.ts';
import { catalogMutants } from './mutants-of-catalog.ts';
import { eventMutants } from './mutants-of-events.ts';
import { listenerMutants } from './mutants-of-listener.ts';
import { localCacheMutants } from './mutants-of-local-cache.ts';
import { paceMutants } from './mutants-of-pace.ts';
import { pipelineMutants } from './mutants-of-pipeline.ts';
import { trustMutants } from './mutants-of-trust.ts';
import type { Mutant } from './mutant.ts';

export const mutants: readonly Mutant[] = [
  ...captureMutants,
  ...catalogMutants,
  ...listenerMutants,
  ...paceMutants,
  ...eventMutants,
  ...pipelineMutants,
  ...cacheMutants,
  ...localCacheMutants,
  ...trustMutants,
];
