-- The schema "cache" without Node: psql -v ON_ERROR_STOP=1 -f sql/install.sql
-- Harmless when it is there already. After it: select cache.watch(...).
\set ON_ERROR_STOP on
begin;
\ir migrations/0010_cache_schema.sql
\ir migrations/0011_outbox.sql
\ir migrations/0012_rule.sql
\ir migrations/0013_wake.sql
\ir migrations/0014_column_faults.sql
\ir migrations/0015_capture_parts.sql
\ir migrations/0016_capture_source.sql
\ir migrations/0017_build.sql
\ir migrations/0018_build_table.sql
\ir migrations/0019_watch.sql
\ir migrations/0020_unwatch.sql
\ir migrations/0021_depends.sql
\ir migrations/0022_incarnation.sql
\ir migrations/0023_read_changes.sql
\ir migrations/0024_audit.sql
\ir migrations/0025_ddl_guard.sql
\ir migrations/0026_depend_only.sql
\ir migrations/0047_quick_bulk.sql
\ir migrations/0048_bounded_read.sql
\ir migrations/0050_traceparent.sql
\ir migrations/0051_read_the_rest.sql
commit;
