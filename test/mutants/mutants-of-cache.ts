// Reading and filling an entry.

import type { Mutant } from './mutant.ts';

const store = 'cache/entry-store.ts';
const storeTest = 'cache/entry-store.server.test.ts';
const reader = 'cache/entry-reader.ts';
const readerTest = 'cache/entry-reader.server.test.ts';

export const cacheMutants: readonly Mutant[] = [
  {
    name: 'a fill does not ask for its lease',
    file: store,
    find: `if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end\n`,
    replace: '',
    caughtBy: { test: storeTest, title: 'a DEL voids the lease: nothing is stored under it' },
  },
  {
    name: 'a fill takes a lease that is gone for its own',
    file: store,
    find: `~= ARGV[1] then`,
    replace: `~= ARGV[1] and redis.call('exists', KEYS[1]) == 1 then`,
    caughtBy: { test: storeTest, title: 'a lease that expired refuses the fill' },
  },
  {
    name: 'entries live for ever',
    file: store,
    find: `, ARGV[2], 'px', ARGV[3])`,
    replace: `, ARGV[2])`,
    caughtBy: {
      test: storeTest,
      title: 'whatever is stored, lease or value, has an end of its own',
    },
  },
  {
    name: 'a lease is taken from whoever has it',
    file: store,
    find: `      'NX',\n`,
    replace: '',
    caughtBy: {
      test: storeTest,
      title: 'the first who asks gets the lease, the next is shown it, all later the value',
    },
  },
  {
    name: 'the row is read before the lease is taken',
    file: reader,
    find: `    const held = seen ?? (await this.#takeLease(code, lease));
    if (held === null) {
      return { kind: 'leased', load: this.#startLeasedLoad(code, lease) };`,
    replace: `    const early = loadGuarded(code, this.#options);
    early.catch(() => undefined);
    const held = seen ?? (await this.#takeLease(code, lease));
    if (held === null) {
      const load = early.then(async ({ text }) => {
        const stored = await this.#fill(code, lease, text);
        const status = stored ? cacheStatus.stored : cacheStatus.notStored;
        return { own: loaded(text, status), joined: loaded(text, cacheStatus.joined) };
      });
      return { kind: 'leased', load };`,
    caughtBy: { test: readerTest, title: 'a row is read only after its lease was granted' },
  },
  {
    name: 'a reader joins any load of the process',
    file: reader,
    find: `this.#leasedLoads.get(held)`,
    replace: `[...this.#leasedLoads.values()][0]`,
    caughtBy: {
      test: readerTest,
      title: 'a reader joins the load whose lease it was shown, and no other',
    },
  },
  {
    name: 'a reader without a lease joins a load that runs already',
    file: 'cache/shared-loads.ts',
    find: `const queued = this.#queued.get(code);`,
    replace: `const queued = this.#queued.get(code) ?? this.#running.get(code);`,
    caughtBy: {
      test: 'cache/shared-loads.test.ts',
      title: 'who arrives while a load runs never gets the row of that load',
    },
  },
  {
    name: 'what is absent is kept as long as what is there',
    file: reader,
    find: `text === resource.absentText ? absentTtlSeconds : ttlSeconds`,
    replace: `ttlSeconds`,
    caughtBy: { test: readerTest, title: 'what is absent is kept for half a minute at most' },
  },
  {
    name: 'entries live longer than was set',
    file: reader,
    find: `(1 - Math.random() / 10)`,
    replace: `(1 + Math.random() / 10)`,
    caughtBy: {
      test: readerTest,
      title: 'entries live for their time or up to a tenth less, never longer',
    },
  },
  {
    name: 'who loads without a lease fills with that of another',
    file: reader,
    find: `    return (await this.#unleasedLoads.load(code, load)).text;
`,
    replace: `    const { text } = await this.#unleasedLoads.load(code, load);
    const { resource, store } = this.#options;
    const held = await store.look(entryKey(resource, code));
    if (held !== null) await this.#fill(code, held, text);
    return text;
`,
    caughtBy: {
      test: readerTest,
      title: 'who has waited long enough for another process loads, and stores nothing',
    },
  },
  {
    name: 'codes are kept as they are spelled',
    file: 'contract/resources.ts',
    find: `return uuid.test(lower) ? lower : null;`,
    replace: `return uuid.test(lower) ? text : null;`,
    auditedAfter: 'changes of rows',
    caughtBy: { test: 'test/api-movies.test.ts', title: 'an id in capitals is the same entry' },
  },
  {
    name: 'only what holds a value is deleted',
    file: 'cache/invalidate.ts',
    find: `    await redis<number>('DEL', ...keys.slice(start, start + keysPerCommandMax));`,
    replace: `    for (const key of keys.slice(start, start + keysPerCommandMax)) {
      const held = await redis<string | null>('GET', key);
      if (held?.startsWith('L') !== true) await redis<number>('DEL', key);
    }`,
    caughtBy: {
      test: 'cache/invalidate.server.test.ts',
      title: 'a DEL voids the lease of a loader though nothing is cached',
    },
  },
  {
    name: 'a flush stops after its first page',
    file: 'cache/invalidate.ts',
    find: `while (cursor !== '0')`,
    replace: `while ((cursor = '0') !== '0')`,
    caughtBy: {
      test: 'cache/invalidate.server.test.ts',
      title: 'a flush takes away thousands of entries and every lease, of one resource',
    },
  },
];
