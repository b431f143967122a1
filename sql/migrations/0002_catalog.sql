-- migrate:up
-- The film catalogue: films, genres, persons and the links between them. Links go with their ends.
create table if not exists movies (
  id uuid primary key default gen_random_uuid(),
  title text not null,
  description text,
  year integer,
  rating numeric(3, 1) check (rating between 0 and 10),
  duration integer check (duration > 0), -- minutes
  poster_url text,
  is_published boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table if not exists genres (
  id uuid primary key default gen_random_uuid(),
  name text not null unique
);

create table if not exists persons (
  id uuid primary key default gen_random_uuid(),
  full_name text not null,
  photo_url text
);

create table if not exists movie_genres (
  movie_id uuid not null references movies on delete cascade,
  genre_id uuid not null references genres on delete cascade,
  primary key (movie_id, genre_id)
);

create table if not exists movie_persons (
  movie_id uuid not null references movies on delete cascade,
  person_id uuid not null references persons on delete cascade,
  role text not null,
  primary key (movie_id, person_id, role)
);

-- Links are read from both ends: a film's page, and "which films show this genre".
create index if not exists movie_genres_by_genre on movie_genres (genre_id, movie_id);
create index if not exists movie_persons_by_person on movie_persons (person_id, movie_id);
create index if not exists persons_by_name on persons (full_name);

-- The public list: newest year first, published films only.
create index if not exists movies_published
  on movies (year desc nulls last, title, id) where is_published;

-- migrate:down
