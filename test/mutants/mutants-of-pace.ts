// What makes the relay and the cleaner quick must not make them wrong, nor dear to writers.

import type { Mutant } from './mutant.ts';

const lead = 'workers/listener/lead.ts';
const leadTest = 'workers/listener/lead.test.ts';
const restTest = 'workers/listener/lead-rest.test.ts';
const apply = 'cache/apply-batch.ts';
const applyTest = 'cache/apply-batch.test.ts';
const bulk = 'sql/migrations/0047_quick_bulk.sql';
const bulkTest = 'sql/capture-bulk.server.test.ts';

export const paceMutants: readonly Mutant[] = [
  {
    name: 'the position does not wait for the deletes that were sent beside the check',
    file: apply,
    find: `    deleteEntries(redis, batch.keys),`,
    replace: `    void deleteEntries(redis, batch.keys).catch(() => undefined),`,
    caughtBy: {
      test: applyTest,
      title: 'the position moves on only once everything else was acknowledged',
    },
  },
  {
    name: 'every answer from Kafka brings a look, however frequent rows are',
    file: lead,
    find: `    if (this.#rate.isFrequent) {`,
    replace: `    if (this.#rate.isFrequent && this.#flight !== null) {`,
    caughtBy: {
      test: restTest,
      title: 'while rows are frequent an answer does not bring the next look forward',
    },
  },
  {
    name: 'everything that is committed is gathered, however much it is',
    file: lead,
    find: `if (gathered.length >= gatheredMax || entries >= entriesMax) {`,
    replace: `if (entries >= entriesMax) {`,
    caughtBy: {
      test: leadTest,
      title: 'wait in the outbox while too many are under way, and the session is kept',
    },
  },
  {
    name: 'it stays parked however long a send takes',
    file: lead,
    find: `const parkedFlightMaxMs = 100;`,
    replace: `const parkedFlightMaxMs = 1e9;`,
    caughtBy: {
      test: 'workers/listener/lead-rest.test.ts',
      title: 'a send that takes long is not waited for under the lock',
    },
  },
  {
    name: 'the first rows of a bulk change stand for all of it',
    file: bulk,
    find: `if changed < %2$s and touched = %2$s then`,
    replace: `if changed < 0 then`,
    caughtBy: {
      test: bulkTest,
      title: 'an update whose first rows stay as they are is judged by the others',
    },
  },
];
