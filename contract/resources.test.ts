import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  cachedResource,
  cachedResources,
  entryKey,
  onlyCode,
  sourceResources,
} from './resources.ts';

const city = cachedResource('city');
const movie = cachedResource('movie');
const uuid = '6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d9999';

describe('the code of a city', () => {
  test('is three letters, in upper case however it was spelled', () => {
    for (const spelling of ['BGR', 'bgr', 'bGr']) {
      assert.equal(city.canonicalCode(spelling), 'BGR');
    }
  });

  // The last ones are no ASCII letters, but become some when they change their case.
  const spaced = ['', 'BG', 'BGRX', 'B1R', ' BGR', 'BGR\n', 'BGR\nROU'];
  const foreign = ['\ufb01N', '\u0131AB', '\u017fAB', '\u212aAB'];
  for (const text of [...spaced, ...foreign]) {
    test(`is never ${JSON.stringify(text)}`, () => {
      assert.equal(city.canonicalCode(text), null);
    });
  }
});

describe('the code of a movie', () => {
  test('is a uuid, in lower case however it was spelled', () => {
    for (const spelling of [uuid, uuid.toUpperCase()]) {
      assert.equal(movie.canonicalCode(spelling), uuid);
    }
  });

  const wrong = ['', `${uuid}0`, ` ${uuid}`, `${uuid}\n`, `{${uuid}}`, uuid.replaceAll('-', '')];
  for (const text of [...wrong, uuid.replace('6', 'g')]) {
    test(`is never ${JSON.stringify(text)}`, () => {
      assert.equal(movie.canonicalCode(text), null);
    });
  }
});

describe('the registry', () => {
  test('gives every entry one key of its own', () => {
    assert.equal(entryKey(city, 'BGR'), 'cities_BGR');
    assert.equal(entryKey(movie, uuid), `movie_${uuid}`);
  });

  test('shares no name, channel, topic or key between resources', () => {
    const all = [...cachedResources, ...sourceResources];
    assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
    assert.equal(new Set(all.map(({ channel }) => channel)).size, all.length);
    assert.equal(new Set(cachedResources.map(({ topic }) => topic)).size, cachedResources.length);
    for (const { keyPrefix } of cachedResources) {
      const within = cachedResources.filter((other) => other.keyPrefix.startsWith(keyPrefix));
      assert.equal(within.length, 1, `a flush of ${keyPrefix}* touches one resource`);
    }
  });

  test('says of each resource in JSON that a row is absent', () => {
    assert.deepEqual(JSON.parse(city.absentText), []);
    assert.equal(JSON.parse(movie.absentText), null);
  });

  test('knows one code, and no other, of a list that is there once', () => {
    for (const name of ['genre_list', 'movies_popular'] as const) {
      const { canonicalCode } = cachedResource(name);
      assert.equal(canonicalCode(onlyCode), onlyCode);
      for (const other of ['ALL', 'all ', '', uuid]) assert.equal(canonicalCode(other), null);
    }
  });
});
