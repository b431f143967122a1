// What is cached and what it is made from: one line per resource. A source has no entries of its
// own; its changes reach the cache through the resources that depend on it (sql: cache.depends).

import assert from 'node:assert/strict';

export interface CachedResource {
  readonly name: string;
  /** The Postgres NOTIFY channel of its tables. */
  readonly channel: string;
  /** The Kafka topic of its messages, before any namespace. */
  readonly topic: string;
  /** The Redis key of an entry is this and the code. */
  readonly keyPrefix: string;
  /** What is stored when there is no such row; kept only briefly. */
  readonly absentText: string;
  /** The one spelling of a code, or null when it is not one. */
  readonly canonicalCode: (text: string) => string | null;
}

export interface SourceResource {
  readonly name: string;
  readonly channel: string;
}

const countryCode = /^[A-Z]{3}$/i;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function canonicalCountryCode(text: string): string | null {
  // Tested before it is upper-cased: some single characters outside ASCII become two letters.
  return countryCode.test(text) ? text.toUpperCase() : null;
}

function canonicalUuid(text: string): string | null {
  const lower = text.toLowerCase();
  return uuid.test(lower) ? lower : null;
}

/** Of a resource that has one entry only. */
function theOnlyCode(text: string): string | null {
  return text === onlyCode ? onlyCode : null;
}

export const onlyCode = 'all';

export const cachedResources = [
  {
    name: 'city',
    channel: 'city_updates',
    topic: 'city_updates',
    keyPrefix: 'cities_',
    absentText: '[]',
    canonicalCode: canonicalCountryCode,
  },
  {
    name: 'movie',
    channel: 'movie_updates',
    topic: 'movie_updates',
    keyPrefix: 'movie_',
    absentText: 'null',
    canonicalCode: canonicalUuid,
  },
  {
    name: 'movies_popular',
    channel: 'movies_popular_updates',
    topic: 'movies_popular_updates',
    keyPrefix: 'movies_popular_',
    absentText: '[]',
    canonicalCode: theOnlyCode,
  },
  {
    name: 'genre',
    channel: 'genre_updates',
    topic: 'genre_updates',
    keyPrefix: 'genre_',
    absentText: 'null',
    canonicalCode: canonicalUuid,
  },
  {
    name: 'genre_list',
    channel: 'genre_list_updates',
    topic: 'genre_list_updates',
    keyPrefix: 'genres_',
    absentText: '[]',
    canonicalCode: theOnlyCode,
  },
  {
    name: 'person',
    channel: 'person_updates',
    topic: 'person_updates',
    keyPrefix: 'person_',
    absentText: 'null',
    canonicalCode: canonicalUuid,
  },
] as const satisfies readonly CachedResource[];

/** Names that films show. Were it the cached genre, each of its links would name all its films. */
export const sourceResources = [
  { name: 'genre_name', channel: 'genre_name_updates' },
  { name: 'person_name', channel: 'person_name_updates' },
] as const satisfies readonly SourceResource[];

export type ResourceName = (typeof cachedResources)[number]['name'];

export function cachedResource(name: ResourceName): CachedResource {
  const resource = cachedResources.find((candidate) => candidate.name === name);
  const advice = 'add its line to cachedResources in contract/resources.ts';
  assert.ok(resource, `there is no cached resource "${name}": ${advice}`);
  return resource;
}

/** The Redis key of one entry. The code must be canonical. */
export function entryKey(resource: CachedResource, code: string): string {
  return resource.keyPrefix + code;
}
