// Every kind of fault there is.

import { clockFaults } from './clock.ts';
import type { Fault } from './fault.ts';
import { groupFaults } from './group.ts';
import { networkFaults } from './network.ts';
import { postgresFaults } from './postgres.ts';
import { processFaults } from './processes.ts';
import { redisFaults } from './redis.ts';
import { serverFaults } from './servers.ts';

export const catalogue: readonly Fault[] = [
  ...clockFaults,
  ...groupFaults,
  ...networkFaults,
  ...postgresFaults,
  ...processFaults,
  ...redisFaults,
  ...serverFaults,
];
