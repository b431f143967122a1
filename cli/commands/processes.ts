// What runs a process is started by cli/cinesync.mjs itself, as its npm script does; here is only
// what --help and the completion say about it.

import type { Command } from 'commander';
import { describeCommand } from '../command.ts';

const runs = { done: 'when asked to stop', failed: 'a fault' };
const ends = { done: 'done', failed: 'a fault' };

export function processCommands(): Command[] {
  return [
    {
      usage: 'start',
      summary: 'servers, schema, data and all processes on this machine',
      exit: runs,
    },
    { usage: 'stack', summary: 'the servers alone', exit: runs },
    { usage: 'api', summary: 'answer HTTP, from the cache or from Postgres', exit: runs },
    { usage: 'listener', summary: 'relay changes from Postgres to Kafka', exit: runs },
    { usage: 'cleaner', summary: 'apply invalidations from Kafka to Redis', exit: runs },
    { usage: 'auditor', summary: 'compare what is cached with the database', exit: runs },
    { usage: 'migrate', summary: 'create or update the schema and the topics', exit: ends },
    { usage: 'seed', summary: 'load the real data', exit: ends },
  ].map((command) =>
    describeCommand({ ...command, examples: [command.usage, ...more(command.usage)] }),
  );
}

function more(usage: string): string[] {
  return usage === 'listener' ? ['listener  # a second one stands by'] : [];
}
