// The Link header of a page (RFC 8288): where the first, previous, next and last one are, for the
// same question at the same address.

export interface PagePlace {
  /** As it was asked for, path and query: below /api/v1 too. */
  url: string;
  /** The parameters that mean something there; others are left out. */
  parameters: readonly string[];
  page: number;
  pages: number;
}

export function pageLinks({ url, parameters, page, pages }: PagePlace): string {
  const last = Math.max(pages, 1);
  const targets = [
    ['first', 1],
    ['prev', Math.min(page - 1, last)],
    ['next', page + 1],
    ['last', last],
  ] as const;
  const [path = ''] = url.split('?', 1);
  const known = [...new URLSearchParams(url.slice(path.length))].filter(([name]) =>
    parameters.includes(name),
  );
  return targets
    .filter(([, target]) => target >= 1 && target <= last)
    .map(([relation, target]) => {
      const search = new URLSearchParams(known);
      search.set('page', String(target));
      return `<${path}?${search.toString()}>; rel="${relation}"`;
    })
    .join(', ');
}
