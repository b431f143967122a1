// Reads one resource without the cache: every answer comes from Postgres. Readers of one code share
// a load that starts after they arrived, so a crowd costs two statements at a time.

import type { CachedResource } from '../contract/resources.ts';
import type { Loaded } from './guarded-load.ts';
import type { CacheMetrics } from './metrics.ts';
import { cacheStatus, type Reader, ReadResult } from './read-result.ts';
import { SharedLoads } from './shared-loads.ts';

export interface DatabaseReaderOptions {
  resource: CachedResource;
  load: (code: string) => Promise<Loaded>;
  metrics: CacheMetrics;
}

const status = cacheStatus.bypass('off');

export class DatabaseReader implements Reader {
  readonly #options: DatabaseReaderOptions;
  readonly #loads = new SharedLoads<Loaded>();

  constructor(options: DatabaseReaderOptions) {
    this.#options = options;
  }

  /** The code must be canonical. */
  async read(code: string): Promise<ReadResult> {
    const { resource, load, metrics } = this.#options;
    const { text } = await this.#loads.load(code, () => load(code));
    metrics.reads.inc({ resource: resource.name, outcome: 'bypass' });
    return new ReadResult({ source: 'database', text, status });
  }

  peek(): undefined {}
}
