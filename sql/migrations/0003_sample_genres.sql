-- migrate:up
-- Five genres with known ids, so that examples and tests can name one.
insert into genres (id, name) values
  ('6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d0001', 'Action'),
  ('6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d0002', 'Comedy'),
  ('6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d0003', 'Drama'),
  ('6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d0004', 'Horror'),
  ('6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d0005', 'Musical')
on conflict do nothing;

-- migrate:down
