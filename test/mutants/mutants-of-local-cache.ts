// Copies in the memory of a process, and how they are kept right.

import type { Mutant } from './mutant.ts';

const entries = 'cache/local-entries.ts';
const entriesTest = 'cache/local-entries.test.ts';
const tracking = 'cache/tracking.ts';
const trackingTest = 'cache/tracking.test.ts';
const reader = 'cache/entry-reader.ts';
const memoryTest = 'cache/entry-reader-memory.server.test.ts';
const redis = 'platform/clients/redis.ts';

export const localCacheMutants: readonly Mutant[] = [
  {
    name: 'what a process fills itself is kept in its memory',
    file: reader,
    find: `      outcome = filled ? 'stored' : 'refused';`,
    replace: `      outcome = filled ? 'stored' : 'refused';
      const { memory } = this.#options;
      const entry = { resource, key: entryKey(resource, code), text, ttlMs: 30_000 };
      const watch = memory?.tracking.watch(entry.key);
      if (filled && watch) memory?.entries.offer({ ...entry, watch });`,
    caughtBy: {
      test: memoryTest,
      title: 'what this process has stored itself is kept only once Redis has shown it',
    },
  },
  {
    name: 'the value that SET shows is kept in memory',
    file: reader,
    find: `    return this.#looks.toHeld(key, await store.takeLease(key, lease));`,
    replace: `    const text = await store.takeLease(key, lease);
    const watch = this.#options.memory?.tracking.watch(key);
    if (text !== null && watch) {
      this.#options.memory?.entries.offer({ resource, key, text, watch, ttlMs: 30_000 });
    }
    return this.#looks.toHeld(key, text);`,
    caughtBy: {
      test: memoryTest,
      title: 'a value that came as the answer to the question for a lease is not kept',
    },
  },
  {
    name: 'an answer is kept though its key was told to have changed',
    file: entries,
    find: `watch.isChanged || `,
    replace: ``,
    caughtBy: {
      test: memoryTest,
      title: 'an answer is not kept when the change is told in the same breath',
    },
  },
  {
    name: 'a key is watched only after its answer has come',
    file: 'cache/entry-looks.ts',
    find: `      if (text !== null && watch !== null) {
        memory?.entries.offer({ resource, key, text, watch, ttlMs: ttlSeconds * 1000 });`,
    replace: `      const late = watch && memory?.tracking.watch(key);
      if (text !== null && late) {
        memory?.entries.offer({ resource, key, text, watch: late, ttlMs: ttlSeconds * 1000 });`,
    caughtBy: {
      test: memoryTest,
      title: 'an answer is not kept when the change is told in the same breath',
    },
  },
  {
    name: 'a lease is kept in memory',
    file: entries,
    find: `isLease(text) || `,
    replace: ``,
    caughtBy: { test: entriesTest, title: 'a lease is never kept' },
  },
  {
    name: 'copies are kept though Redis is not seen to tell what changes',
    file: entries,
    find: ` || !this.#options.tracking.isProven`,
    replace: ``,
    caughtBy: {
      test: entriesTest,
      title: 'nothing is kept while Redis is not seen to tell what changes',
    },
  },
  {
    name: 'copies outlive the connection',
    file: tracking,
    find: `    this.#isProven = false;
    this.#lastPoll = null;
    this.#tell(null);`,
    replace: `    this.#isProven = false;
    this.#lastPoll = null;`,
    caughtBy: {
      test: memoryTest,
      title: 'all copies go with the connection, and come back once changes are told again',
    },
  },
  {
    name: 'a new connection is believed to tell what changes',
    file: tracking,
    find: `    this.#isProven = false;
    this.#lastPoll = null;`,
    replace: `    this.#lastPoll = null;`,
    caughtBy: { test: trackingTest, title: 'has to be shown again on every connection' },
  },
  {
    name: 'a change that was not told raises no doubt',
    file: tracking,
    find: `    } else if (!wasTold) {`,
    replace: `    } else if (!wasTold && last === this.#lastPoll) {`,
    caughtBy: {
      test: trackingTest,
      title: 'is not believed any more after a change that was not told',
    },
  },
  {
    name: 'copies are used while the cache is not trusted',
    file: reader,
    find: `return isTrusted ? this.#looks.find(code, nowMs) : undefined;`,
    replace: `return this.#looks.find(code, nowMs);`,
    caughtBy: { test: memoryTest, title: 'a copy is not used while the cache is not trusted' },
  },
  {
    name: 'copies stay when anything may have changed',
    file: entries,
    find: `(key === null ? this.#clear() : this.#drop(key))`,
    replace: `key !== null && this.#drop(key)`,
    caughtBy: { test: entriesTest, title: 'all copies go when anything may have changed' },
  },
  {
    name: 'a flush of all of Redis is not told on',
    file: redis,
    find: `      const name = key === null ? null : key.toString();`,
    replace: `      if (key === null) return;
      const name = key.toString();`,
    caughtBy: { test: memoryTest, title: 'a copy goes with a flush of all in Redis' },
  },
  {
    name: 'a copy lives as long as nothing is told',
    file: entries,
    find: ` && nowMs < copy.expiresAtMs`,
    replace: ``,
    caughtBy: { test: entriesTest, title: 'a copy ends by itself, no later than its entry may' },
  },
  {
    name: 'an address finds the copy of another resource',
    file: entries,
    find: ` && copy.resource === resource`,
    replace: ``,
    caughtBy: {
      test: entriesTest,
      title: 'an address that happens to spell the key of another resource finds nothing',
    },
  },
  {
    name: 'memory grows with every entry that was ever read',
    file: entries,
    find: `    if (isFull) {`,
    replace: `    if (isFull && entriesMax < 0) {`,
    caughtBy: {
      test: entriesTest,
      title: 'there are never more copies than allowed; those in use stay',
    },
  },
  {
    name: 'a question to Redis is shared after it was sent',
    file: 'cache/entry-looks.ts',
    find: `        setImmediate(() => this.#unsent.clear());`,
    replace: `        setTimeout(() => this.#unsent.clear(), 100);`,
    caughtBy: {
      test: 'cache/entry-reader.server.test.ts',
      title: 'who comes after a question was sent does not get its answer',
    },
  },
  {
    name: 'the positions are polled on another connection than the reads',
    file: 'api/reading.ts',
    find: `  const trust = new Trust({
    redis,`,
    replace: `  const other = new RedisConnection({
    url: redisUrlOf(settings),
    name: 'cinesync-api',
    deadlineMs: settings.REDIS_DEADLINE_MS,
    logger,
  });
  other.start();
  const trust = new Trust({
    redis: other,`,
    caughtBy: {
      test: 'test/api-memory.test.ts',
      title: 'is the same on the short way, on the long way and from Redis: a GET',
    },
  },
  {
    name: 'who waits for a load of another process is not woken',
    file: tracking,
    find: `      watch.tell();`,
    replace: `      watch.release();`,
    caughtBy: {
      test: memoryTest,
      title: 'who waits for another process is woken by what that one has stored',
    },
  },
];
