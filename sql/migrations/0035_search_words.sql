-- migrate:up
-- Search compares words without case and accents, and an English ending after an apostrophe belongs
-- to its word: "amelie" finds d'Amélie, and "oceans" finds Ocean's. Postgres makes the columns,
-- whoever writes the row; people's names stay in their own table, and are looked up there.
-- Who waits for this lock keeps everybody else waiting: rather fail, and be run again.
set local lock_timeout = '3s';

do $$
declare
  extension text;
begin
  foreach extension in array '{pg_trgm,unaccent}'::text[] loop
    execute format('create extension if not exists %I', extension);
  end loop;
exception when others then
  raise exception 'the search for films needs the extension %: %', extension, sqlerrm
    using hint = format(
      'Install Postgres''s contrib modules (Debian: postgresql-contrib) if it is not available. '
      'Then, as a superuser, in this database: create extension %I', extension);
end $$;

-- Immutable as long as nobody edits the server's unaccent.rules; then: reindex, and rewrite rows.
create or replace function search_words(content text) returns text
language sql immutable strict parallel safe
begin atomic
  select btrim(regexp_replace(
    regexp_replace(lower(unaccent('unaccent', normalize(content, nfkc))),
      $$'(?=(s|t|d|m|ll|re|ve)\M)$$, '', 'g'),
    '[^[:alnum:]]+', ' ', 'g'));
end;

-- One word of a search. It also finds words that begin with it, unless it is a single letter.
create or replace function search_term(word text) returns tsquery
language sql immutable strict parallel safe
begin atomic
  select case char_length(words)
      when 0 then null
      when 1 then to_tsquery('simple', quote_literal(words))
      else to_tsquery('simple', quote_literal(words) || ':*')
    end
  from search_words(word) as words;
end;

-- The limits keep a tsvector below the size that Postgres refuses: a row is never unwritable.
alter table movies
  add column if not exists title_words text not null
    generated always as (search_words(left(title, 1000))) stored,
  add column if not exists search_document tsvector not null generated always as (
    setweight(to_tsvector('simple', search_words(left(title, 1000))), 'A')
    || setweight(to_tsvector('simple', search_words(left(coalesce(description, ''), 50000))), 'B')
  ) stored;

alter table persons
  add column if not exists name_words text not null
    generated always as (search_words(left(full_name, 1000))) stored,
  add column if not exists search_document tsvector not null
    generated always as (to_tsvector('simple', search_words(left(full_name, 1000)))) stored;

create index if not exists movies_search on movies using gin (search_document)
  with (fastupdate = off);
create index if not exists movies_similar on movies using gin (title_words gin_trgm_ops)
  with (fastupdate = off);
create index if not exists persons_search on persons using gin (search_document)
  with (fastupdate = off);
create index if not exists persons_similar on persons using gin (name_words gin_trgm_ops)
  with (fastupdate = off);

-- migrate:down
