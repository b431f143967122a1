// Whatever a client sends: a problem document, never a 500, never a stack trace.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import type { LogLine } from './support/processes.ts';
import { assertProblem, toProblemAnswer } from './support/problem.ts';
import { sendRaw } from './support/raw-http.ts';
import { suiteScope } from './support/scope.ts';

const chunked = 'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
const film = '6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d9999';

describe('bad input', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let url: string;

  before(async () => {
    pipeline = await startPipeline(scope, { listeners: 0, cleaners: 0 });
    url = (await pipeline.apis[0]?.url()) ?? '';
  });

  const refused: [status: number, path: string][] = [
    [400, '/cities/B1'],
    [400, '/cities/BGRX'],
    [400, '/cities/B%20R'],
    [400, '/cities/%00'],
    [400, '/cities/%ff'],
    // One character that is two letters once it is upper-cased.
    [400, '/cities/%EF%AC%81N'],
    [400, '/movies/not-a-uuid'],
    [400, `/movies/${film}0`],
    [400, '/movies/popular0'],
    [400, '/genres/not-a-uuid/movies'],
    [400, `/genres/${film}/movies?page=0`],
    [400, `/genres/${film}/movies?size=101`],
    [400, '/persons/not-a-uuid'],
    [400, '/movies?page=-1'],
    [400, '/movies?page=0'],
    [400, '/movies?page=x'],
    [400, '/movies?page='],
    [400, '/movies?page=1.5'],
    [400, '/movies?page=1e3'],
    [400, '/movies?page=99999999999999999999'],
    [400, '/movies?page=10001'],
    [400, '/movies?page=1&page=2'],
    [400, '/movies?size=0'],
    [400, '/movies?size=101'],
    [400, '/movies?size=100000'],
    [400, '/movies?size=%ff'],
    [400, '/movies?anything=%ff'],
    [400, '/movies?anything=%00'],
    [400, '/image/%2e%2e%2fx'],
    [400, '/image/a..b'],
    [400, '/image/.hidden'],
    [400, '/image/a%2fb'],
    [400, '/image/a%5cb'],
    [400, `/image/${'x'.repeat(129)}`],
    [400, '/%ff'],
    [400, '/%'],
    [400, '/nothing/%ff/here'],
    [400, '/docs/%ff'],
    [404, '/'],
    [404, '/nothing'],
    [404, '/cities'],
    [404, '/cities/BGR/more'],
    [404, '/Cities/BGR'],
    [404, '/docs/nothing.js'],
    [404, '/docs/package.json'],
    [404, `/movies/${film}`],
    [404, `/genres/${film}/movies`],
    [404, `/genres/${film}/movies?page=2`],
    [404, `/persons/${film}`],
  ];
  for (const [status, path] of refused) {
    test(`GET ${path.slice(0, 60)} is refused with ${status}`, async () => {
      for (const prefix of ['', '/api/v1']) {
        const address = `${prefix}${path}`;
        const answer = await toProblemAnswer(await fetch(`${url}${address}`));
        const problem = assertProblem(answer, status);
        assert.equal(problem.instance, new URL(address, url).pathname);
      }
    });
  }

  test('every mistake in the parameters is named', async () => {
    const answer = await toProblemAnswer(await fetch(`${url}/movies?page=x&size=0`));
    const { detail } = assertProblem(answer, 400);
    assert.match(detail, /page: .*size: /);
  });

  test('parameters that nobody knows are ignored', async () => {
    assert.equal((await fetch(`${url}/movies?nobody=knows&nobody=cares`)).status, 200);
  });

  const known = [
    '/cities/BGR',
    '/movies/popular',
    `/genres/${film}/movies`,
    '/image/bgr.svg',
    '/health',
    '/livez',
  ];
  const more = ['/readyz', '/metrics', '/openapi.json', '/docs', '/docs/', '/api/v1/cities/BGR'];
  for (const path of [...known, ...more]) {
    test(`another method on ${path} is refused with 405 and says which are allowed`, async () => {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'SEARCH']) {
        const answer = await toProblemAnswer(await fetch(`${url}${path}`, { method }));
        assertProblem(answer, 405);
        assert.match(answer.headers.allow ?? '', /^GET, HEAD\b/);
      }
    });
  }

  test('what admins may do is not refused by the method, all else is', async () => {
    for (const [path, allow] of [
      ['/movies', 'GET, HEAD, POST, OPTIONS'],
      [`/movies/${film}`, 'GET, HEAD, PATCH, DELETE, OPTIONS'],
      [`/movies/${film}/publish`, 'POST, OPTIONS'],
      [`/movies/${film}/poster`, 'PUT, OPTIONS'],
    ] as const) {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'SEARCH']) {
        const answer = await toProblemAnswer(await fetch(`${url}${path}`, { method }));
        assert.equal(answer.status === 405, !allow.includes(method), `${method} ${path}`);
        assert.ok(answer.status !== 405 || answer.headers.allow === allow);
      }
    }
  });

  test('OPTIONS says which methods are allowed', async () => {
    const response = await fetch(`${url}/cities/BGR`, { method: 'OPTIONS' });
    assert.equal(response.status, 204);
    assert.equal(response.headers.get('allow'), 'GET, HEAD, OPTIONS');
  });

  test('a large body with a wrong method is refused without being read', async () => {
    const body = Buffer.alloc(3_000_000);
    const response = await fetch(`${url}/movies`, { method: 'PUT', body });
    assertProblem(await toProblemAnswer(response), 405);
  });

  describe('on a raw socket', () => {
    const bodies: [title: string, head: string][] = [
      ['a body of known length', 'Content-Length: 5\r\n\r\nhello'],
      ['a body in chunks', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'],
      ['JSON that is none', 'Content-Type: application/json\r\nContent-Length: 1\r\n\r\n{'],
    ];
    for (const [title, rest] of bodies) {
      test(`a GET with ${title} is answered as if it had none`, async () => {
        const first = await sendRaw(
          url,
          `GET /cities/DEU HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${rest}`,
        );
        assert.equal(first.status, 200);
        assert.match(first.body, /"data":\[\]/);
      });
    }

    const malformed: [status: number, title: string, text: string][] = [
      [431, 'a header over the limit', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n`],
      [431, 'an address over the limit', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
      [
        431,
        'many headers over the limit',
        `GET / HTTP/1.1\r\n${'Name: value\r\n'.repeat(3000)}\r\n`,
      ],
      [400, 'something that is not HTTP', 'hello\r\n\r\n'],
      [400, 'an unknown version', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
      [400, 'a broken header', 'GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n'],
      [400, 'a wrong length', 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
      [400, 'two ways of length', `GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n${chunked}`],
    ];
    for (const [status, title, text] of malformed) {
      test(`${title} is refused with ${status}`, async () => {
        const problem = assertProblem(await sendRaw(url, text), status);
        assert.equal(problem.instance, undefined);
      });
    }

    const refusedLines: [status: number, title: string, line: string][] = [
      [404, 'a path that climbs', 'GET /image/../x HTTP/1.1\r\nHost: x'],
      [404, 'a path that climbs under the prefix', 'GET /api/v1/../image/x HTTP/1.1\r\nHost: x'],
      [404, 'a star', 'OPTIONS * HTTP/1.1\r\nHost: x'],
      [400, 'no Host header', 'GET /cities/BGR HTTP/1.1'],
      [400, 'bytes that are not ASCII', 'GET /cities/\xe9\xe9\xe9 HTTP/1.1\r\nHost: x'],
      [404, 'an expectation nobody knows', 'GET /nothing HTTP/1.1\r\nHost: x\r\nExpect: miracles'],
    ];
    for (const [status, title, line] of refusedLines) {
      test(`${title} is refused with ${status}`, async () => {
        const answer = await sendRaw(url, `${line}\r\nConnection: close\r\n\r\n`);
        assertProblem(answer, status);
      });
    }

    test('a full address in the request line is understood', async () => {
      const line = 'GET http://x/livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
      assert.equal((await sendRaw(url, line)).status, 200);
    });

    test('HTTP/1.0 without a Host header is understood', async () => {
      assert.equal((await sendRaw(url, 'GET /livez HTTP/1.0\r\n\r\n')).status, 200);
    });
  });

  test('a request id of the caller is kept when it is harmless, else replaced', async () => {
    const kept = await fetch(`${url}/livez`, { headers: { 'x-request-id': 'trace-1.a_B' } });
    assert.equal(kept.headers.get('x-request-id'), 'trace-1.a_B');
    for (const harmful of ['a b', 'x'.repeat(65), '"quoted"']) {
      const replaced = await fetch(`${url}/livez`, { headers: { 'x-request-id': harmful } });
      assert.match(replaced.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
    }
  });

  test('nothing of all this was an error of ours, and no value was logged', () => {
    const [api] = pipeline.apis;
    const lines = api?.logs ?? [];
    assert.ok(lines.length > 100, 'there is a log');
    const isOurError = ({ level }: LogLine) => level === 'error' || level === 'fatal';
    assert.deepEqual(lines.filter(isOurError), []);
    const tells = (line: LogLine) => /BGRX|not-a-uuid|knows|99999999/.test(JSON.stringify(line));
    assert.deepEqual(lines.filter(tells), []);
  });
});
