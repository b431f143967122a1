import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type PlannedChange, planSend } from './plan-send.ts';

const flushOverCodes = 10_000;
const sources = new Set(['genre_name', 'person_name']);
const film = '6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d0001';
const otherFilm = '6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d0002';

function change(parts: Partial<PlannedChange>): PlannedChange {
  const id = parts.id ?? '1';
  return {
    id,
    resource: 'city',
    codes: ['BGR'],
    committedAtMs: 1000 + Number(id),
    dependents: [],
    ...parts,
  };
}

/** What is sent, per resource: the key and the id of each message. */
function sent(changes: readonly PlannedChange[]): Record<string, string[]> {
  const { sends } = planSend(changes, sources);
  return Object.fromEntries(
    sends.map(({ resource, messages }) => [
      resource.name,
      messages.map(({ key, headers }) => `${key} ${headers.id}`),
    ]),
  );
}

/** Valid codes of cities, many of them. */
function manyCodes(count: number): string[] {
  const letter = (n: number) => String.fromCharCode(65 + (n % 26));
  return Array.from({ length: count }, (_, n) => {
    return letter(Math.floor(n / 676)) + letter(Math.floor(n / 26)) + letter(n);
  });
}

describe('the messages of one send', () => {
  test('name each code once, with the id and the time of the newest change', () => {
    const changes = [
      change({ id: '1', codes: ['BGR', 'ROU'] }),
      change({ id: '2', codes: ['BGR'] }),
      change({ id: '3', codes: ['HUN'] }),
    ];
    assert.deepEqual(sent(changes), { city: ['ROU 1/ROU', 'BGR 2/BGR', 'HUN 3/HUN'] });
    const messages = planSend(changes, sources).sends[0]?.messages ?? [];
    const times = messages.map(({ headers }) => headers['committed-at']);
    assert.deepEqual(times, ['1001', '1002', '1003']);
  });

  test('are made distinct within the send and never against an earlier one', () => {
    assert.deepEqual(sent([change({ id: '1' })]), { city: ['BGR 1/BGR'] });
    assert.deepEqual(sent([change({ id: '2' })]), { city: ['BGR 2/BGR'] });
  });

  test('are the same when the same changes are sent again', () => {
    const changes = [change({ id: '7', codes: ['BGR', 'ROU'] }), change({ id: '8', codes: null })];
    assert.deepEqual(planSend(changes, sources), planSend(changes, sources));
  });

  test('name a code in its one spelling, however often it was spelled', () => {
    const spellings = ['BGR', 'bgr', 'BGR'];
    const changes = spellings.map((code, index) => change({ id: `${index}`, codes: [code] }));
    assert.deepEqual(sent(changes), { city: ['BGR 2/BGR'] });
  });

  test('leave out codes that can not name an entry, and count them', () => {
    const changes = [change({ codes: ['B1', 'BGR', ''] })];
    assert.deepEqual(sent(changes), { city: ['BGR 1/BGR'] });
    assert.equal(planSend(changes, sources).ignoredCodes, 2);
  });

  test('are none, and no send, where nothing is named', () => {
    assert.deepEqual(planSend([], sources), { sends: [], unknownResources: [], ignoredCodes: 0 });
    assert.deepEqual(sent([change({ codes: [] }), change({ codes: ['B1'] })]), {});
  });
});

describe('a flush', () => {
  test('is one message in place of all codes of its resource, and leaves others alone', () => {
    const changes = [
      change({ id: '1' }),
      change({ id: '2', codes: null }),
      change({ id: '3', codes: ['ROU'] }),
      change({ id: '4', resource: 'movie', codes: [film] }),
    ];
    assert.deepEqual(sent(changes), { city: ['* 2/*'], movie: [`${film} 4/${film}`] });
    const [city, movie] = planSend(changes, sources).sends;
    assert.equal(city?.flushes, true);
    assert.equal(city?.messages[0]?.partition, 0);
    assert.equal(movie?.flushes, false);
  });

  test('stands in for more codes than the limit, and not for the limit itself', () => {
    const codes = manyCodes(flushOverCodes + 1);
    const atLimit = [change({ codes: codes.slice(0, flushOverCodes) })];
    assert.equal(sent(atLimit).city?.length, flushOverCodes);
    const halves = [codes.slice(0, 5000), codes.slice(5000)];
    const overLimit = halves.map((half) => change({ codes: half }));
    assert.equal(sent(overLimit).city?.length, 1);
    assert.equal(planSend(overLimit, sources).sends[0]?.flushes, true);
  });

  test('stands in for too many dependents, whoever named them', () => {
    const films = Array.from({ length: flushOverCodes }, (_, n) => {
      return `6f1c7a52-0d0e-4b6e-9b57-${String(n).padStart(12, '0')}`;
    });
    const genre = change({
      resource: 'genre_name',
      dependents: [{ resource: 'movie', codes: films }],
    });
    const own = change({ resource: 'movie', codes: [otherFilm] });
    assert.equal(sent([genre]).movie?.length, flushOverCodes);
    assert.deepEqual(sent([genre, own]).movie?.length, 1);
    assert.equal(planSend([genre, own], sources).sends[0]?.flushes, true);
  });

  test('takes the newest change for its id, also when that repeats an older code', () => {
    const codes = manyCodes(flushOverCodes + 1);
    const changes = [change({ id: '1', codes }), change({ id: '2', codes: codes.slice(0, 1) })];
    assert.deepEqual(sent(changes), { city: ['* 2/*'] });
  });
});

describe('dependencies', () => {
  test('a source has no messages of its own, only those of its dependents', () => {
    const dependents = [{ resource: 'movie', codes: [film] }];
    assert.deepEqual(sent([change({ resource: 'genre_name', codes: ['x'], dependents })]), {
      movie: [`${film} 1/${film}`],
    });
  });

  test('a flush of a source flushes what depends on it', () => {
    const dependents = [{ resource: 'movie', flush: true }];
    const flushed = change({ resource: 'person_name', codes: null, dependents });
    assert.deepEqual(sent([change({ resource: 'movie', codes: [film] }), flushed]), {
      movie: ['* 1/*'],
    });
  });

  test('dependents and changes of one resource are made distinct together', () => {
    const dependents = [{ resource: 'movie', codes: [film, otherFilm] }];
    const changes = [
      change({ id: '1', resource: 'movie', codes: [film] }),
      change({ id: '2', resource: 'genre_name', codes: ['x'], dependents }),
    ];
    assert.deepEqual(sent(changes), {
      movie: [`${film} 2/${film}`, `${otherFilm} 2/${otherFilm}`],
    });
  });
});

describe('a resource that the registry does not know', () => {
  test('is named once, and holds up nothing else', () => {
    const changes = [
      change({ resource: 'cinema' }),
      change({ resource: 'cinema', codes: null }),
      change({}),
    ];
    assert.deepEqual(planSend(changes, sources).unknownResources, ['cinema']);
    assert.deepEqual(sent(changes), { city: ['BGR 1/BGR'] });
  });

  test('is not what a source is', () => {
    assert.deepEqual(planSend([change({ resource: 'genre_name' })], sources).unknownResources, []);
  });

  test('is named as a dependent, too, and holds up nothing', () => {
    const dependents = [{ resource: 'cinema', codes: ['x'] }];
    const { unknownResources } = planSend([change({ dependents })], sources);
    assert.deepEqual(unknownResources, ['cinema']);
    assert.deepEqual(planSend([change({ resource: 'genre_name', dependents })], sources).sends, []);
  });
});
