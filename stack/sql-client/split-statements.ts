// Splits SQL text into statements at each `;` that is not inside quotes, a dollar-quoted body,
// a comment or the body of a function written in SQL (BEGIN ATOMIC … END).

export interface SplitText {
  /** Each without its `;`, in order, none of them empty. */
  readonly statements: readonly string[];
  /** What comes after the last `;`: a statement still being typed. */
  readonly rest: string;
}

/** Each alternative is one token that may contain a `;` which ends nothing. */
const token = new RegExp(
  [
    String.raw`--[^\n]*`,
    String.raw`\/\*`,
    String.raw`\bE'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)`,
    String.raw`'(?:[^']|'')*(?:'|$)`,
    String.raw`"(?:[^"]|"")*(?:"|$)`,
    String.raw`\$(?:[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$`,
    String.raw`\bbegin\s+atomic\b`,
    String.raw`\b(?:case|end)\b`,
    String.raw`[\w\u0080-\uffff$]+`,
    ';',
  ].join('|'),
  'giu',
);

export function splitStatements(text: string): SplitText {
  const statements: string[] = [];
  let startedAt = 0;
  let depth = 0;
  token.lastIndex = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const word = match[0].toLowerCase();
    if (word === '/*') token.lastIndex = endOfComment(text, match.index);
    else if (word.startsWith('$')) token.lastIndex = endOfBody(text, match[0], token.lastIndex);
    else if (word.startsWith('begin') && word.length > 'begin'.length) depth = 1;
    else if (depth > 0 && word === 'case') depth += 1;
    else if (depth > 0 && word === 'end') depth -= 1;
    else if (word === ';' && depth === 0) {
      const statement = text.slice(startedAt, match.index);
      if (!isBlank(statement)) statements.push(statement.trim());
      startedAt = token.lastIndex;
    }
  }
  const rest = text.slice(startedAt);
  return { statements, rest: isBlank(rest) ? '' : rest };
}

/** Comments nest in Postgres. */
function endOfComment(text: string, start: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return text.length;
}

function endOfBody(text: string, tag: string, from: number): number {
  const end = text.indexOf(tag, from);
  return end === -1 ? text.length : end + tag.length;
}

function isBlank(statement: string): boolean {
  return statement.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, '').trim() === '';
}
