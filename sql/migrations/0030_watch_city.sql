-- migrate:up
-- Every change of a city changes the answer of its country.
select cache.watch(
  'city', resource => 'city', columns => '{countrycode}', channel => 'city_updates');

-- migrate:down
