// What the triggers write, and what one read of it proves.

import type { Mutant } from './mutant.ts';

const parts = 'sql/migrations/0015_capture_parts.sql';
const source = 'sql/migrations/0016_capture_source.sql';
const reading = 'sql/migrations/0051_read_the_rest.sql';
const bounded = 'sql/migrations/0048_bounded_read.sql';
const incarnation = 'sql/migrations/0022_incarnation.sql';
const writesTest = 'sql/capture-writes.server.test.ts';
const bulkTest = 'sql/capture-bulk.server.test.ts';
const wakeTest = 'sql/wake.server.test.ts';
const readingTest = 'sql/read-changes.server.test.ts';
const incarnationTest = 'sql/incarnation.server.test.ts';
const audit = 'sql/migrations/0024_audit.sql';
const auditTest = 'sql/audit.server.test.ts';
const dependsTest = 'sql/depends.server.test.ts';

export const captureMutants: readonly Mutant[] = [
  {
    name: 'a code that changes is named new only, in a statement of one row',
    file: parts,
    find: `array_remove(array[pair.old_code, nullif(pair.new_code, pair.old_code)], null)`,
    replace: `array[coalesce(pair.new_code, pair.old_code)]`,
    auditedAfter: 'changes of rows',
    caughtBy: {
      test: writesTest,
      title: 'a code that changes is named old and new, for one row and for several',
    },
  },
  {
    name: 'a code that changes is named new only, in a statement of several rows',
    file: source,
    find: `else 'select distinct unnest(array[%s, %s]) from %s' end`,
    replace: `else 'select distinct coalesce(%2$s, %1$s) from %3$s' end`,
    auditedAfter: 'changes of rows',
    caughtBy: {
      test: writesTest,
      title: 'a code that changes is named old and new, for one row and for several',
    },
  },
  {
    name: 'what was cut off after 500 codes is lost',
    file: parts,
    find: `where changed.code is not null\n        ) as numbered`,
    replace: `where changed.code is not null limit 500\n        ) as numbered`,
    auditedAfter: 'changes of many rows',
    caughtBy: { test: bulkTest, title: 'codes come in chunks of up to 500, each code once' },
  },
  {
    name: 'TRUNCATE is taken for a statement without rows',
    file: source,
    find: `if tg_op = 'TRUNCATE' or changed > %2$s then%3$s`,
    replace: `if tg_op = 'TRUNCATE' then null; elsif changed > %2$s then%3$s`,
    auditedAfter: 'the end of every row',
    caughtBy: { test: 'test/capture.test.ts', title: 'TRUNCATE becomes one flush' },
  },
  {
    name: 'a huge statement names every code',
    file: source,
    find: `or changed > %2$s then%3$s`,
    replace: `or changed < -%2$s then%3$s`,
    caughtBy: {
      test: bulkTest,
      title: 'one row over the limit is one flush, for an insert, an update and a delete',
    },
  },
  {
    name: 'capture rests where replication applies rows',
    file: 'sql/migrations/0017_build.sql',
    find: `alter table %s enable always trigger %I`,
    replace: `alter table %s enable trigger %I`,
    caughtBy: { test: writesTest, title: 'a replica session is captured too' },
  },
  {
    name: 'nobody rings',
    file: parts,
    find: `if payload is not null and not pg_try_advisory_xact_lock_shared(1667327848, 1)`,
    replace: `if payload is null and not pg_try_advisory_xact_lock_shared(1667327848, 1)`,
    caughtBy: { test: wakeTest, title: 'one code is the payload, several or a flush have none' },
  },
  {
    name: 'a writer that found the listener awake lets it park',
    file: parts,
    find: `not pg_try_advisory_xact_lock_shared(1667327848, 1)`,
    replace: `not (pg_try_advisory_lock_shared(1667327848, 1)
       and pg_advisory_unlock_shared(1667327848, 1))`,
    caughtBy: {
      test: wakeTest,
      title: 'a writer that found the listener awake keeps it from parking until its end',
    },
  },
  {
    name: 'the time of a read is later than its snapshot',
    file: reading,
    find: `extract(epoch from now())`,
    replace: `extract(epoch from clock_timestamp())`,
    caughtBy: { test: readingTest, title: 'the time is not later than the snapshot' },
  },
  {
    name: 'the floor passes transactions that still run',
    file: reading,
    find: `pg_snapshot_xmin(pg_current_snapshot())`,
    replace: `pg_snapshot_xmax(pg_current_snapshot())`,
    caughtBy: {
      test: readingTest,
      title: 'a transaction that began earlier and commits later is not missed',
    },
  },
  {
    name: 'a full read moves the floor on',
    file: reading,
    find: `if change.total >= read_other_changes.rows_max then`,
    replace: `if change.total < 0 then`,
    caughtBy: { test: readingTest, title: 'an incomplete read keeps its floor' },
  },
  {
    name: 'dependents are looked up in a later snapshot',
    file: 'sql/migrations/0026_depend_only.sql',
    find: `returns jsonb language plpgsql stable '`,
    replace: `returns jsonb language plpgsql volatile '`,
    caughtBy: {
      test: dependsTest,
      title: 'a link that goes away while the read is under way is still seen',
    },
  },
  {
    name: 'a dependents query that was cancelled fails the read',
    file: 'sql/migrations/0021_depends.sql',
    find: `exception when query_canceled or others then`,
    replace: `exception when others then`,
    caughtBy: { test: dependsTest, title: 'a query that is cancelled flushes' },
  },
  {
    name: 'a flush ends at its own resource',
    file: bounded,
    find: `if op = 'f' or dependency.resource = any (flushed)`,
    replace: `if dependency.resource = any (flushed)`,
    caughtBy: { test: dependsTest, title: 'a flush of the source flushes the dependent' },
  },
  {
    name: 'a read looks dependents up however long it takes',
    file: bounded,
    find: `interval '1 s'`,
    replace: `interval '1 h'`,
    caughtBy: { test: dependsTest, title: 'a read that takes long flushes what is left' },
  },
  {
    name: 'the incarnation survives a crash',
    file: incarnation,
    find: `create unlogged table`,
    replace: `create table`,
    caughtBy: {
      test: incarnationTest,
      title: 'is forgotten by a crash: its table is unlogged',
    },
  },
  {
    name: 'the incarnation is the same in a copy of a stopped server',
    file: incarnation,
    find: `   where incarnation.server_started_at = pg_catalog.pg_postmaster_start_time()
     and incarnation.table_oid`,
    replace: `   where incarnation.table_oid`,
    caughtBy: {
      test: incarnationTest,
      title: 'is unknown after a restart, in a restored table and in a copied database',
    },
  },
  {
    name: 'the incarnation is the same in a restored dump',
    file: incarnation,
    find: `     and incarnation.table_oid = 'cache.incarnation'::pg_catalog.regclass\n`,
    replace: '',
    caughtBy: {
      test: incarnationTest,
      title: 'is unknown after a restart, in a restored table and in a copied database',
    },
  },
  {
    name: 'the incarnation is the same in a database made from a template',
    file: incarnation,
    find: `     and incarnation.database_oid = (
       select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())`,
    replace: '',
    caughtBy: {
      test: incarnationTest,
      title: 'is unknown in a database made from this one as a template',
    },
  },
  {
    name: 'a watched table that is gone is no finding',
    file: audit,
    find: `when rule.live and class.oid is null then 'the table is gone'`,
    replace: `when rule.live and class.oid = 0 then 'the table is gone'`,
    caughtBy: { test: auditTest, title: 'a table that is gone, and another one under its name' },
  },
  {
    name: 'a table that was swapped by rename is no finding',
    file: audit,
    find: `when rule.live and present.name <> rule.name`,
    replace: `when rule.live and present.name is null`,
    caughtBy: { test: auditTest, title: 'a swap by rename' },
  },
  {
    name: 'a disabled trigger is no finding',
    file: audit,
    find: `when trigger.state <> 'A' and trigger.state <> 'O'`,
    replace: `when trigger.state is null and trigger.state <> 'O'`,
    caughtBy: {
      test: auditTest,
      title: 'a disabled trigger, and one that ENABLE left without ALWAYS',
    },
  },
  {
    name: 'DDL on a watched table flushes nothing',
    file: 'sql/migrations/0025_ddl_guard.sql',
    find: `  perform cache.flush(resource) from unnest(resources) as resource;\n`,
    replace: '',
    caughtBy: {
      test: 'sql/ddl-guard.server.test.ts',
      title: 'rewrites, which fire no row trigger, flush',
    },
  },
];
