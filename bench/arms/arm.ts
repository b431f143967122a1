// What the HTTP control arms have in common: where they listen, what they answer, and from where.

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';

/** Says where it listens as our own processes do. */
export function listen(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    const time = new Date().toISOString();
    process.stdout.write(`${JSON.stringify({ event: 'http.listening', time, port })}\n`);
  });
}

/** What the benchmark sets. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run it by npm run bench`);
  return value;
}

/** The answers that ours gave, by code: a JSON object of texts. */
export function fixedBodies(): ReadonlyMap<string, Buffer> {
  const texts = JSON.parse(readFileSync(setting('ARM_BODIES'), 'utf8')) as Record<string, string>;
  return new Map(Object.entries(texts).map(([code, text]) => [code, Buffer.from(text)]));
}

export const timeToLiveSeconds = 320;

export const contentType = 'application/json; charset=utf-8';
