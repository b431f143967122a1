// What every process of the control arm has: an address that says that it lives, and an end when
// something goes wrong that it does not know how to heal.

import { createServer, type RequestListener } from 'node:http';

export function live(
  port: number,
  answer: RequestListener = (_, response) => response.end(),
): void {
  createServer((request, response) => {
    if (request.url === '/livez') response.end('{}');
    else answer(request, response);
  }).listen(port, '127.0.0.1');
  process.stdout.write(`{"event":"listening","time":"${new Date().toISOString()}"}\n`);
  process.on('unhandledRejection', (error) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
}

/** What the suite sets for its processes. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run it by npm run faults`);
  return value;
}
