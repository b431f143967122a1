// The gate before a figure: an arm that answers something else is not quick but wrong.

import assert from 'node:assert/strict';
import { eventually } from '../../test/support/eventually.ts';
import type { ArmServer } from '../world/arm-process.ts';

/** The copy that hardly polls needs two polls of five seconds before it uses its memory. */
const warmTimeoutMs = 60_000;

/** Reads until every answer comes from the cache; from the API's own memory where it has one. */
export async function warm(
  url: string,
  paths: readonly string[],
  from: 'cache' | 'memory' = 'cache',
): Promise<void> {
  for (const path of paths) {
    await eventually(
      async () => {
        const response = await fetch(url + path);
        const status = response.headers.get('cache-status') ?? '';
        await response.arrayBuffer();
        return status.includes(from === 'memory' ? 'detail=memory' : '; hit') || undefined;
      },
      { what: `${url}${path} to come from the ${from}`, timeoutMs: warmTimeoutMs },
    );
  }
}

/** Twice each, so that what an arm has stored is seen as well; where it came from may differ. */
export async function assertSameBodies(
  arms: readonly ArmServer[],
  paths: readonly string[],
): Promise<void> {
  for (const path of paths) {
    const bodies = await Promise.all(arms.flatMap(({ url }) => [0, 1].map(() => body(url, path))));
    for (const other of bodies) {
      assert.equal(other, bodies[0], `${path}: the arms do not answer the same`);
    }
  }
}

async function body(url: string, path: string): Promise<string> {
  const response = await fetch(url + path);
  assert.equal(response.status, 200, `${url}${path}`);
  return (await response.text()).replace('{"source":"database",', '{"source":"cache",');
}
