import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageLinks } from './page-links.ts';

const parameters = ['query', 'page', 'size'];

function links(url: string, page: number, pages: number): Record<string, string> {
  const text = pageLinks({ url, parameters, page, pages });
  const found = [...text.matchAll(/<([^>]*)>; rel="(\w+)"(?:, |$)/g)];
  assert.equal(found.map(([whole]) => whole).join(''), text, 'nothing but links');
  return Object.fromEntries(found.map(([, target = '', relation = '']) => [relation, target]));
}

test('a page in the middle links to all four', () => {
  assert.deepEqual(links('/api/v1/movies?page=3&size=7', 3, 5), {
    first: '/api/v1/movies?page=1&size=7',
    prev: '/api/v1/movies?page=2&size=7',
    next: '/api/v1/movies?page=4&size=7',
    last: '/api/v1/movies?page=5&size=7',
  });
});

test('the first page has none before it, the last none after it', () => {
  assert.deepEqual(Object.keys(links('/movies', 1, 2)), ['first', 'next', 'last']);
  assert.deepEqual(Object.keys(links('/movies?page=2', 2, 2)), ['first', 'prev', 'last']);
});

test('an empty list has one page', () => {
  assert.deepEqual(links('/movies', 1, 0), { first: '/movies?page=1', last: '/movies?page=1' });
});

test('a page after the last leads back to the last', () => {
  assert.equal(links('/movies?page=90', 90, 4).prev, '/movies?page=4');
  assert.equal(links('/movies?page=90', 90, 4).next, undefined);
});

test('parameters are kept and written so that they can not break out of the link', () => {
  const { next = '' } = links('/movies?query=%3E%3B+rel%3D%22x%22%2C+%C3%A9&nobody=knows', 1, 2);
  assert.equal(next, '/movies?query=%3E%3B+rel%3D%22x%22%2C+%C3%A9&page=2');
});

test('a question mark within the question is part of it', () => {
  assert.deepEqual(links('/movies?query=who?&size=5&page=1', 1, 1), {
    first: '/movies?query=who%3F&size=5&page=1',
    last: '/movies?query=who%3F&size=5&page=1',
  });
});
