// Events: from a statement to a subscriber.

import type { Mutant } from './mutant.ts';

const fold = 'sql/migrations/0042_fold.sql';
const touch = 'sql/migrations/0043_touch.sql';
const triggers = 'sql/migrations/0044_event_triggers.sql';
const eventsTest = 'sql/catalog-events.server.test.ts';
const commitTest = 'sql/catalog-events-commit.server.test.ts';
const relay = 'workers/listener/events/event-relay.ts';
const relayTest = 'workers/listener/events/event-relay.test.ts';
const sourceTest = 'workers/listener/events/event-source.server.test.ts';
const queries = 'workers/listener/events/queries.ts';

export const eventMutants: readonly Mutant[] = [
  {
    name: 'a film whose links alone changed emits nothing',
    file: fold,
    find: ` or new.was is null then`,
    replace: ` then`,
    caughtBy: { test: eventsTest, title: 'a new link' },
  },
  {
    name: 'a film counts its events anew in each transaction',
    file: fold,
    find: `values (new.film, cardinality(types))
          on conflict (film) do update set last = known.last + excluded.last`,
    replace: `values (new.film, cardinality(types))
          on conflict (film) do update set last = excluded.last`,
    caughtBy: {
      test: eventsTest,
      title: 'counts on where the film left off, also when it comes back',
    },
  },
  {
    name: 'a transaction that checks its constraints sooner is folded in pieces',
    file: fold,
    find: `pg_catalog.pg_trigger_depth() operator(pg_catalog.>) 1`,
    replace: `false`,
    caughtBy: {
      test: commitTest,
      title: 'SET CONSTRAINTS ALL IMMEDIATE between two statements still folds once, at the commit',
    },
  },
  {
    name: 'an update that changes nothing emits',
    file: touch,
    find: `      or old_row.* operator(pg_catalog.*<>) new_row.*;`,
    replace: `      or true;`,
    caughtBy: { test: eventsTest, title: 'an update that changes nothing' },
  },
  {
    name: 'a film that is published is also updated',
    file: touch,
    find: `'{is_published,updated_at}'`,
    replace: `'{updated_at}'`,
    caughtBy: { test: eventsTest, title: 'a draft that is published' },
  },
  {
    name: 'films that are truncated go in silence',
    file: touch,
    find: `      from public.movies;`,
    replace: `      from public.movies where false;`,
    caughtBy: { test: eventsTest, title: 'TRUNCATE, for each film' },
  },
  {
    name: 'replica sessions emit nothing',
    file: triggers,
    find: `alter table %s enable always trigger %I`,
    replace: `alter table %s enable trigger %I`,
    caughtBy: { test: eventsTest, title: 'a replica session' },
  },
  {
    name: 'a disabled trigger of events is no finding',
    file: triggers,
    find: `where trigger.tgenabled is distinct from 'A'`,
    replace: `where trigger.tgenabled is null`,
    caughtBy: {
      test: 'sql/catalog-events-audit.server.test.ts',
      title: 'finds a disabled trigger, and nothing after the repair',
    },
  },
  {
    name: 'events are deleted before Kafka acknowledged them',
    file: relay,
    find: `      await sink.publish(type, group);`,
    replace: `      await source.delete(group);
      await sink.publish(type, group);`,
    caughtBy: {
      test: relayTest,
      title: 'stay while they are not acknowledged, and are published again as they were',
    },
  },
  {
    name: 'an event topic that is missing is not made',
    file: relay,
    find: `if (code === 'kafka_unknown_topic') {`,
    replace: `if (code === '') {`,
    caughtBy: { test: relayTest, title: 'for which there is no topic make it' },
  },
  {
    name: 'events are read in the order of the text of their numbers',
    file: queries,
    find: `order by outbox.number limit $1`,
    replace: `order by number limit $1`,
    caughtBy: {
      test: sourceTest,
      title: 'reads in order, no more than asked for, and deletes exactly what it is told',
    },
  },
  {
    name: 'nobody looks for events when a film has changed',
    file: 'workers/listener/lead.ts',
    find: `({ resource }) => resource === eventResource`,
    replace: `({ resource }) => resource === ''`,
    caughtBy: {
      test: 'workers/listener/lead.test.ts',
      title: 'events are looked for once what a film’s change invalidates has landed',
    },
  },
];
