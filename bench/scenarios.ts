// Every scenario, in the order in which it runs.

import { lists } from './catalog/lists.ts';
import type { Scenario } from './scenario.ts';
import { bulk } from './scenarios/bulk.ts';
import { coherence } from './scenarios/coherence.ts';
import { drain } from './scenarios/drain.ts';
import { invalidation } from './scenarios/invalidation.ts';
import { memory } from './scenarios/memory.ts';
import { mixed } from './scenarios/mixed.ts';
import { reads } from './scenarios/reads.ts';
import { stampede } from './scenarios/stampede.ts';
import { watchers } from './scenarios/watchers.ts';
import { writes } from './scenarios/writes.ts';

export const scenarios: readonly Scenario[] = [
  reads,
  coherence,
  stampede,
  mixed,
  invalidation,
  writes,
  bulk,
  drain,
  memory,
  watchers,
  lists,
];
