-- migrate:up
-- The lists can be sorted by four columns, each both ways, and films that lack a value always come
-- last; so an order that can be walked backwards serves only the columns that are never null.
-- Who waits for this lock keeps everybody else waiting: rather fail, and be run again.
set local lock_timeout = '3s';

create index if not exists movies_by_title on movies (title, id) where is_published;
create index if not exists movies_by_year on movies (year, title, id) where is_published;
create index if not exists movies_by_rating on movies (rating, title, id) where is_published;
create index if not exists movies_by_rating_desc
  on movies (rating desc nulls last, title, id) where is_published;
create index if not exists movies_by_popularity_asc
  on movies (popularity, title, id) where is_published;

-- Counting films reads indexes alone, from either end of a link.
create index if not exists movies_published_ids on movies (id) where is_published;

-- migrate:down
