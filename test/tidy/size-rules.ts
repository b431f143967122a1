// How long things may be. A function is measured by indentation, which the formatter keeps honest:
// it ends at the first line that closes a bracket at the depth of the line that began it.

import { isCode, lineRule, type Rule, type SourceFile } from './rule.ts';

const fileLinesMax = 300;
const mainLinesMax = 60;
const functionLinesMax = 70;
const lineColumnsMax = 100;

const isMeasured = (path: string) => /\.(ts|mjs|sql)$/.test(path) && path !== 'sql/install.sql';

const fileLength: Rule = {
  name: 'file length',
  check: (files) =>
    files.flatMap(({ path, text }) => {
      const lines = text.split('\n').length - 1;
      const max = /^[^:]*\bmain\.ts$/.test(path) ? mainLinesMax : fileLinesMax;
      return isMeasured(path) && lines > max ? [`${path}: ${lines} lines, at most ${max}`] : [];
    }),
};

const lineLength = lineRule(
  'line length',
  (path) => isMeasured(path) || path.endsWith('.yml'),
  (line) =>
    line.length > lineColumnsMax ? `${line.length} columns, at most ${lineColumnsMax}` : undefined,
);

const functionLength: Rule = {
  name: 'function length',
  check: (files) => files.filter(({ path }) => isCode(path)).flatMap(longFunctions),
};

/** A line that ends by opening a body: of a function, an arrow function or a method. */
const functionStart = /(\bfunction\b.*\{|=>\s*[{(]?|^\s+[\w#].*\).*\{)$/;
const otherBlock = /^\s*(\} )?(if|for|while|switch|do|else|try|catch|class|describe)\b/;

function longFunctions({ path, text }: SourceFile): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, start) => {
    if (!functionStart.test(line) || otherBlock.test(line)) {
      return [];
    }
    const depth = line.search(/\S/);
    const rest = lines.slice(start + 1);
    const length =
      rest.findIndex((next) => next.search(/\S/) <= depth && /^\s*[})\]]/.test(next)) + 2;
    return length > functionLinesMax
      ? [`${path}:${start + 1}: a function of ${length} lines, at most ${functionLinesMax}`]
      : [];
  });
}

export const sizeRules = [fileLength, lineLength, functionLength];
