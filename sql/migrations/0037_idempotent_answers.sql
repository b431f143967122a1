-- migrate:up
-- Answers to writes that carried an Idempotency-Key. Each row is written by the transaction that it
-- answers for, so that there is one exactly when the other is.
create table if not exists idempotent_answers (
  subject text not null,
  operation text not null,
  key text not null,
  request_hash bytea not null,
  answer jsonb, -- null only within the transaction that is about to know it
  created_at timestamptz not null default now(),
  primary key (subject, operation, key)
);

create index if not exists idempotent_answers_by_age on idempotent_answers (created_at);

-- migrate:down
