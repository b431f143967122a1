// Sees keys go: Redis itself tells, through its keyspace events, at the moment of the DEL.

import { createClient } from '@redis/client';
import type { TestScope } from '../../test/support/processes.ts';

export interface GoneWatch {
  /** The moment (performance.now) at which the key goes next; rejects after the time. */
  next(key: string, withinMs: number): Promise<number>;
}

/** @param url with the number of the database as its path */
export async function watchGone(scope: TestScope, url: string): Promise<GoneWatch> {
  const client = createClient({ url });
  client.on('error', () => undefined);
  await client.connect();
  scope.after(() => client.destroy());
  await client.configSet('notify-keyspace-events', 'Eg');
  const waiting = new Map<string, (atMs: number) => void>();
  const number = new URL(url).pathname.slice(1);
  for (const event of ['del', 'unlink']) {
    await client.subscribe(`__keyevent@${number}__:${event}`, (key) => {
      waiting.get(key)?.(performance.now());
      waiting.delete(key);
    });
  }
  return {
    next: (key, withinMs) =>
      new Promise((resolve, reject) => {
        const late = (): void => {
          waiting.delete(key);
          reject(new Error(`${key} was still there after ${withinMs} ms`));
        };
        const timer = setTimeout(late, withinMs);
        waiting.set(key, (atMs) => {
          clearTimeout(timer);
          resolve(atMs);
        });
      }),
  };
}
