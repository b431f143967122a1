import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { before, describe, test } from 'node:test';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import express from 'express';
import { pino } from 'pino';
import { createMetrics } from '../../platform/metrics.ts';
import { Tracing } from '../../platform/tracing.ts';
import { suiteScope } from '../../test/support/scope.ts';
import { createAccessLog } from '../access-log.ts';
import type { Clients } from '../clients.ts';
import { createApp } from '../create-app.ts';
import { adminAccessOf } from '../auth/create-admin-access.ts';
import { createAppServer } from '../create-app-server.ts';
import { createEndpoints } from '../endpoints.ts';
import type { ServerChecks } from '../health/server-checks.ts';
import { createReading } from '../reading.ts';
import { dataProtection, securityHeaders } from '../security-headers.ts';
import { readApiSettings } from '../settings.ts';

interface Operation {
  operationId: string;
  security?: object[];
  requestBody?: { content: Record<string, { example?: unknown; schema: object }> };
  responses: Record<string, object>;
}

describe('the OpenAPI document', () => {
  const scope = suiteScope();
  let text: string;
  let operations: [method: string, path: string, operation: Operation][];

  before(async () => {
    text = await readDocument(scope);
    const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, Operation>> };
    operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, operation]) => [method, path, operation] as [string, string, Operation],
      ),
    );
  });

  test('has nothing that a linter complains about', async () => {
    const config = await createConfig({
      extends: ['recommended-strict'],
      rules: {
        // What is asked of the process itself, without any input, can not be asked wrongly.
        'operation-4xx-response': 'off',
      },
    });
    const problems = await lintFromString({ source: text, config });
    const said = problems.map(({ ruleId, message, location }) => {
      return `${ruleId}: ${message} (${location[0]?.pointer ?? ''})`;
    });
    assert.deepEqual(said, []);
  });

  test('asks a token of every write, and of a write alone', () => {
    assert.ok(operations.length > 15);
    for (const [method, path, { security, responses }] of operations) {
      const isWrite = method !== 'get';
      assert.equal(JSON.stringify(security) === '[{"admin":[]}]', isWrite, `${method} ${path}`);
      for (const status of isWrite ? ['401', '403', '429', '503'] : []) {
        assert.ok(responses[status], `${method} ${path} documents ${status}`);
      }
    }
  });

  test('documents the 304 of every answer that says where it came from', () => {
    const sourced = operations.filter(([, , { responses }]) =>
      JSON.stringify(responses['200'] ?? '').includes('Where the data came from'),
    );
    assert.ok(sourced.length > 5);
    for (const [method, path, { responses }] of sourced) {
      assert.ok(responses['304'], `${method} ${path}`);
    }
  });

  test('gives an example of every JSON body, and what may be wrong with it', () => {
    for (const [method, path, { requestBody, responses }] of operations) {
      for (const [type, { example }] of Object.entries(requestBody?.content ?? {})) {
        if (type.endsWith('json')) {
          assert.ok(example !== undefined, `${method} ${path} ${type}`);
          for (const status of ['400', '413', '415', '422']) assert.ok(responses[status]);
        }
      }
    }
  });
});

async function readDocument(scope: ReturnType<typeof suiteScope>): Promise<string> {
  const logger = pino({ level: 'silent' });
  const metrics = createMetrics('test');
  const settings = readApiSettings({ ENABLE_CACHE: 'false' });
  // Nothing here asks them anything.
  const clients = { database: {}, writeDatabase: {}, objectStore: {} } as Clients;
  const reading = createReading({
    settings,
    logger,
    metrics,
    databaseState: {} as Clients['databaseState'],
    reconnect: () => undefined,
  });
  const checks = {} as ServerChecks;
  const tracing = new Tracing({ process: 'test', endpoint: undefined });
  const endpoints = createEndpoints({
    tracing,
    settings,
    logger,
    metrics,
    clients,
    reading,
    checks,
    admins: adminAccessOf({ settings, redis: reading.redis, logger }),
  });
  const accessLog = createAccessLog({ logger, metrics });
  const docs = express.Router();
  const app = createApp({
    endpoints,
    docs,
    accessLog,
    securityHeaders: securityHeaders(dataProtection),
  });
  const server = createAppServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.after(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return await (await fetch(`http://127.0.0.1:${port}/openapi.json`)).text();
}
