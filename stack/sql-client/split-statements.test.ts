import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitStatements } from './split-statements.ts';

test('splits at each semicolon and keeps what is still being typed', () => {
  assert.deepEqual(splitStatements('select 1; select 2;\n select'), {
    statements: ['select 1', 'select 2'],
    rest: '\n select',
  });
});

test('finds nothing in blanks, comments and lone semicolons', () => {
  assert.deepEqual(splitStatements(' ;; -- nothing; here\n /* nor; here */ ;'), {
    statements: [],
    rest: '',
  });
});

const whole = [
  `select 'a;b', "c;d" from t`,
  `select 'it''s; one' || E'it\\'s; two'`,
  `select 1 -- not; here\n + 2`,
  `select /* outer /* inner; */ still; */ 3`,
  `do $$ begin perform 1; end $$`,
  `create function f() returns text language sql as $body$ select '$$;'; $body$`,
  `create function g(n int) returns int language sql
     begin atomic select case when n > 0 then 1 end; select 2; end`,
  `select a$b$c from t`,
  `select "день;" from t`,
];

for (const statement of whole) {
  test(`leaves in one piece: ${statement.replace(/\s+/g, ' ')}`, () => {
    const split = splitStatements(`${statement}; select 2;`);
    assert.deepEqual(split, { statements: [statement, 'select 2'], rest: '' });
  });
}

const unfinished = [`select 'a;`, `select "a;`, `/* a;`, `do $x$ a; $$`, `select E'a\\';`];

for (const statement of unfinished) {
  test(`waits for the end of: ${statement}`, () => {
    assert.deepEqual(splitStatements(statement).statements, []);
  });
}
