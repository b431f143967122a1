import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { reverseScope } from '../test/support/scope.ts';
import { type AppProcess, createAppProcess } from './app-process.ts';
import { endOrphans } from './orphans.ts';
import { checkout, makePlaces, type Places, placesOf } from './places.ts';
import { freePort } from './ports.ts';

const serve = `import { createServer } from 'node:http';
const wanted = Number(process.env.PORT);
const server = createServer((request, response) => {
  response.statusCode = request.url === '/readyz' ? 200 : 404;
  response.end();
});
server.listen(wanted, '127.0.0.1', () => {
  const { port } = server.address();
  console.log(JSON.stringify({ level: 'info', event: 'http.listening', port }));
});`;
const loseThePort = `console.log(JSON.stringify({ level: 'fatal', error: { code: 'EADDRINUSE' } }));
process.exit(1);`;

interface Stage {
  readonly app: AppProcess;
  readonly port: number;
  readonly places: Places;
  readonly lines: string[];
}

async function stage(t: TestContext, main: string): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), 'cinesync-app-'));
  const places = placesOf('', root);
  makePlaces(places);
  const scope = reverseScope(t);
  scope.after(() => rmSync(root, { recursive: true }));
  scope.after(async () => void (await endOrphans(places.run)));
  symlinkSync(join(checkout, 'node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'main.ts'), main);
  const lines: string[] = [];
  const port = await freePort();
  const app = createAppProcess({
    name: 'api',
    main: 'main.ts',
    portName: 'PORT',
    port,
    env: process.env,
    places,
    onLine: (line) => lines.push(line),
  });
  return { app, port, places, lines };
}

test('is ready on the port that it logs, once it says so', async (t) => {
  const { app, port, lines } = await stage(t, serve);
  const child = await app.start();
  assert.deepEqual(await app.untilReady(child), { ready: true, port });
  assert.equal(lines.length, 1);
  await child.stop();
});

test('keeps what it printed in a log file', async (t) => {
  const { app, places, lines } = await stage(t, serve);
  const child = await app.start();
  await app.untilReady(child);
  await child.stop();
  assert.equal(readFileSync(join(places.logs, 'api.log'), 'utf8').trim(), lines[0]);
});

test('tells a port that was lost to another program from any other end', async (t) => {
  const lost = await stage(t, loseThePort);
  const readiness = await lost.app.untilReady(await lost.app.start());
  assert.deepEqual(readiness, { ready: false, reason: 'port taken' });
  const broken = await stage(t, 'process.exit(2);');
  const waiting = broken.app.untilReady(await broken.app.start());
  await assert.rejects(waiting, { message: 'The api did not start (exit code 2).' });
});
