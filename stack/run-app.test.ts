import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { reverseScope } from '../test/support/scope.ts';
import { createLogOutput } from './log-output.ts';
import { checkout, makePlaces, placesOf } from './places.ts';
import { freePort } from './ports.ts';
import { runApp } from './run-app.ts';

/** The first time another program is quicker to take the port. */
const main = `import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
if (!existsSync('met')) {
  writeFileSync('met', '');
  console.log(JSON.stringify({ level: 'fatal', error: { code: 'EADDRINUSE' } }));
  process.exit(1);
}
process.on('SIGTERM', () => process.exit(0));
const server = createServer((request, response) => response.end());
server.listen(Number(process.env.PORT), '127.0.0.1', () => {
  const { port } = server.address();
  console.log(JSON.stringify({ level: 'info', event: 'http.listening', port }));
});`;

test('tries again when its port is lost at the last moment; ends with the session', async (t) => {
  const scope = reverseScope(t);
  const root = mkdtempSync(join(tmpdir(), 'cinesync-app-'));
  scope.after(() => rmSync(root, { recursive: true }));
  const places = placesOf('', root);
  makePlaces(places);
  symlinkSync(join(checkout, 'node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'main.ts'), main);
  const steps: string[] = [];
  const note = (text: string): void => void steps.push(text);
  const cleanUps: (() => Promise<void> | void)[] = [];
  let written = '';
  const stream = { write: (text: string) => (written += text) };
  const wanted = await freePort();

  const port = await runApp({
    name: 'api',
    main: 'main.ts',
    portName: 'PORT',
    port: wanted,
    env: process.env,
    session: { places, stop: new Promise(() => undefined), onEnd: (f) => cleanUps.push(f) },
    step: { report: note, succeed: note, fail: note },
    output: createLogOutput({ stream, paint: (_style, text) => text }),
  });
  assert.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200);
  assert.equal(steps.filter((step) => step.includes('quicker')).length, 1);

  for (const cleanUp of cleanUps) await cleanUp();
  assert.match(written, /Stopping the api\.\n$/);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/readyz`));
});
