// Source two: whatever is cached. One SCAN step at a time, round and round, each resource in turn;
// of a step that names many entries only some are looked at, so that a sweep comes around.

import { type CachedResource, cachedResources } from '../../contract/resources.ts';
import type { RedisConnection } from '../../platform/clients/redis.ts';
import type { Subject } from './subject.ts';

export interface KeyspaceOptions {
  redis: Pick<RedisConnection, 'command'>;
  /** Whether entries of it are used right now; others need no look. */
  isTrusted: (resource: CachedResource) => boolean;
}

const scanCount = '200';
/** Of one step. */
const sampleMax = 50;

interface Sweep {
  readonly resource: CachedResource;
  cursor: string;
  /** Named by the last step and not yet handed out. */
  keys: string[];
  completed: number;
}

export class Keyspace {
  readonly #options: KeyspaceOptions;
  /** The one whose turn it is comes first. */
  readonly #sweeps: Sweep[] = cachedResources.map((resource) => {
    return { resource, cursor: '0', keys: [], completed: 0 };
  });

  constructor(options: KeyspaceOptions) {
    this.#options = options;
  }

  /** How often every entry has had its chance. */
  sweepsOf(resource: CachedResource): number {
    return this.#sweeps.find((sweep) => sweep.resource.name === resource.name)?.completed ?? 0;
  }

  /** At most one SCAN step for each resource; undefined when none named anything that is used. */
  async next(): Promise<Subject | undefined> {
    for (const sweep of [...this.#sweeps]) {
      if (this.#options.isTrusted(sweep.resource)) {
        this.#sweeps.splice(this.#sweeps.indexOf(sweep), 1);
        this.#sweeps.push(sweep);
        const subject = await this.#nextOf(sweep);
        if (subject !== undefined) {
          return subject;
        }
      }
    }
    return undefined;
  }

  async #nextOf(sweep: Sweep): Promise<Subject | undefined> {
    if (sweep.keys.length === 0) {
      await this.#scan(sweep);
    }
    const key = sweep.keys.pop();
    const { resource } = sweep;
    const code = key?.slice(resource.keyPrefix.length) ?? '';
    return resource.canonicalCode(code) === code ? { resource, code } : undefined;
  }

  async #scan(sweep: Sweep): Promise<void> {
    const [cursor, keys] = await this.#options.redis.command<[string, string[]]>(
      'SCAN',
      sweep.cursor,
      'MATCH',
      `${sweep.resource.keyPrefix}*`,
      'COUNT',
      scanCount,
    );
    // A failure before this leaves the cursor where it was: the sweep goes on from there.
    sweep.cursor = cursor;
    sweep.keys = sample(keys, sampleMax);
    if (cursor === '0') {
      sweep.completed += 1;
    }
  }
}

function sample(keys: readonly string[], max: number): string[] {
  return keys.length <= max
    ? [...keys]
    : keys
        .map((key) => ({ key, rank: Math.random() }))
        .toSorted((one, other) => one.rank - other.rank)
        .slice(0, max)
        .map(({ key }) => key);
}
