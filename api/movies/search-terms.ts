// What somebody types into a search, as the words that a film must have.

const charactersMax = 200;
const wordsMax = 20;

export const searchLimits = { charactersMax, wordsMax };

/** Letters and digits with their marks. */
const word = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;

/** Does not end a word, as in the database: Ocean's, isn't, but d'Amélie. */
const apostrophe = /['’‘ʼ](?=(?:s|t|d|m|ll|re|ve)(?![\p{L}\p{N}\p{M}]))/gu;

/** Each word once. Of a text without any letter or digit: none. */
export function searchTerms(text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase().replaceAll(apostrophe, '');
  return [...new Set(plain.match(word))];
}

/** Shorter words have too few letters to tell a misspelt one from another. */
const swappedLengthMin = 3;

/** The word itself, and with each two neighbouring letters swapped: what a hasty hand does most. */
export function likelySpellings(term: string): string[] {
  const letters = Array.from(term);
  const swapped = letters
    .slice(1)
    .map((letter, index) => letters.with(index, letter).with(index + 1, letters[index] ?? ''))
    .map((spelling) => spelling.join(''));
  return letters.length < swappedLengthMin ? [term] : [...new Set([term, ...swapped])];
}
