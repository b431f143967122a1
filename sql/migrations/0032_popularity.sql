-- migrate:up
-- How popular a film is: the mean of its votes and of 10,000 supposed ones that say 6.3 (the mean
-- of all rated films), so that a few votes move it little. A film that nobody has rated is 0,
-- behind every rated one. In double precision, because votes + 10000 may not fit an integer.
-- Who waits for this lock keeps everybody else waiting: rather fail, and be run again.
set local lock_timeout = '3s';

alter table movies
  add column if not exists votes integer not null default 0 check (votes >= 0);

alter table movies
  add column if not exists popularity double precision not null generated always as (coalesce(
    (votes::double precision * rating::double precision + 63000)
      / (votes::double precision + 10000), 0)) stored;

create index if not exists movies_by_popularity
  on movies (popularity desc, title, id) where is_published;

-- migrate:down
