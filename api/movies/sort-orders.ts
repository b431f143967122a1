// How a list of films can be sorted. Every order ends with the title and the id, so that no two
// films tie, and has an index over the published films (sql/migrations/0036_list_orders.sql).

export const sorts = [
  'title',
  '-title',
  'year',
  '-year',
  'rating',
  '-rating',
  'popularity',
  '-popularity',
] as const;

export type Sort = (typeof sorts)[number];

/** Films without a year or a rating come last, both ways. */
const orders: Record<Sort, readonly string[]> = {
  title: ['title', 'id'],
  '-title': ['title desc', 'id desc'],
  year: ['year', 'title', 'id'],
  '-year': ['year desc nulls last', 'title', 'id'],
  rating: ['rating', 'title', 'id'],
  '-rating': ['rating desc nulls last', 'title', 'id'],
  popularity: ['popularity', 'title', 'id'],
  '-popularity': ['popularity desc', 'title', 'id'],
};

/** What `order by` takes, of one table. */
export function orderBy(sort: Sort | 'relevance', table: string): string {
  const keys = sort === 'relevance' ? ['relevance desc', ...orders['-popularity']] : orders[sort];
  return keys.map((key) => `${table}.${key}`).join(', ');
}
