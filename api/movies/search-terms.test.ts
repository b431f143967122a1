import assert from 'node:assert/strict';
import { test } from 'node:test';
import { likelySpellings, searchTerms } from './search-terms.ts';

const cases: [text: string, terms: string[]][] = [
  ['star wars', ['star', 'wars']],
  ['  Star   STAR  wars ', ['star', 'wars']],
  ['Face/Off: E.T.', ['face', 'off', 'e', 't']],
  ["Ocean's isn’t d'Amélie O’Brien", ['oceans', 'isnt', 'd', 'amélie', 'o', 'brien']],
  ['Amélie', ['amélie']],
  ['Ame\u0301lie', ['amélie']],
  ['ﬁlm Ｆｕｌｌ', ['film', 'full']],
  ['2001 3D', ['2001', '3d']],
  ['Брат 千と千尋', ['брат', '千と千尋']],
  [`'; drop table movies; -- <-> & | ! :* \\`, ['drop', 'table', 'movies']],
  ['.*+?^${}()|[]\\ %_', []],
  ['\u0301 ´ ~', []],
  ['', []],
];

for (const [text, terms] of cases) {
  test(`the words of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(searchTerms(text), terms);
  });
}

test('a word may have two neighbouring letters swapped', () => {
  assert.deepEqual(likelySpellings('alein'), ['alein', 'laein', 'aelin', 'alien', 'aleni']);
  assert.deepEqual(likelySpellings('aab'), ['aab', 'aba']);
  assert.deepEqual(likelySpellings('𝒶𝒷c'), ['𝒶𝒷c', '𝒷𝒶c', '𝒶c𝒷']);
});

test('a word of two letters is taken as it is', () => {
  assert.deepEqual(likelySpellings('et'), ['et']);
});
