-- migrate:up
-- The trace that a change belongs to travels in its row: a writer says which by
-- set_config('cinesync.traceparent', …, true). A default, so that no capture function knows of it.
-- Who waits for this lock keeps everybody else waiting: rather fail, and be run again.
set local lock_timeout = '3s';

set local role cache_owner;

alter table cache.outbox add column if not exists traceparent text
  default nullif(current_setting('cinesync.traceparent', true), '');

reset role;

-- migrate:down
