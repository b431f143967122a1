// GET /movies and GET /movies/search, which is the same: published films, from Postgres each time.

import type { Database } from '../database.ts';
import {
  defineEndpoint,
  type Endpoint,
  jsonResponse,
  problemResponse,
  sendJson,
} from '../endpoint.ts';
import { pageLinks } from '../page-links.ts';
import { listFilms } from './list-films.ts';
import { listParameters } from './list-parameters.ts';
import { moviePageSchema } from './schemas.ts';

export function movieListEndpoints(database: Database): Endpoint[] {
  return [
    listEndpoint(database, '/movies', 'Published films, newest first'),
    listEndpoint(database, '/movies/search', 'The same as /movies'),
  ];
}

function listEndpoint(database: Database, path: string, summary: string): Endpoint {
  return defineEndpoint({
    path,
    tag: 'movies',
    summary,
    description: 'Straight from the database. Parameters that are not listed here are ignored.',
    query: listParameters,
    responses: {
      200: {
        ...jsonResponse('One page; empty after the last', moviePageSchema),
        headers: { Link: { description: 'RFC 8288', schema: { type: 'string' } } },
      },
      400: problemResponse('A parameter that can not be understood'),
      503: problemResponse('The database does not respond'),
    },
    handle: async ({ query: parameters, request, response }) => {
      const { page, size } = parameters;
      const { total, capped, items } = await listFilms(database, parameters);
      const pages = Math.ceil(total / size);
      const links = { url: request.originalUrl, parameters: Object.keys(parameters), page, pages };
      response.setHeader('link', pageLinks(links));
      const rest = `"total":${total},"page":${page},"size":${size},"pages":${pages}`;
      sendJson(response, `{"items":${items},${rest}${capped ? ',"total_capped":true' : ''}}`);
    },
  });
}
