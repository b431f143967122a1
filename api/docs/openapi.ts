// GET /openapi.json: the document that the endpoints themselves describe, made when first asked.

import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { securityScheme } from '../auth/admin-access.ts';
import { defineEndpoint, type Endpoint, jsonResponse, sendJson } from '../endpoint.ts';

/** The given endpoints and the one that documents them, itself included. */
export function withOpenApi(endpoints: readonly Endpoint[]): Endpoint[] {
  let text: string | undefined;
  const openApi = defineEndpoint({
    path: '/openapi.json',
    tag: 'operations',
    summary: 'This document',
    responses: { 200: jsonResponse('OpenAPI 3.1', z.record(z.string(), z.unknown())) },
    handle: ({ response }) => {
      text ??= JSON.stringify(createDocument(all));
      sendJson(response, text);
    },
  });
  const all = [...endpoints, openApi];
  return all;
}

function createDocument(endpoints: readonly Endpoint[]) {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', securityScheme, {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A token with the role admin: `npm run token -- --role admin` makes one.',
  });
  for (const { documentation } of endpoints) {
    registry.registerPath(documentation);
  }
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'CineSync',
      version: '1',
      license: { name: 'MIT', identifier: 'MIT' },
      description: 'Cities, films and images. Answers come from a cache that cannot lie.',
    },
    security: [],
    servers: [{ url: '/' }, { url: '/api/v1' }],
  });
}
