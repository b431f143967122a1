import { testRules } from './planted.ts';
import { sizeRules } from './size-rules.ts';

const lines = (count: number, text: string) => `${text}\n`.repeat(count);

const functionOf = (bodyLines: number) =>
  `const x = 1;\nexport function f() {\n${lines(bodyLines, '  if (x) {}')}}\n`;

const methodOf = (bodyLines: number) =>
  `class A {\n  async #m(x: B): Promise<void> {\n${lines(bodyLines, '    x();')}  }\n}\n`;

const arrowOf = (bodyLines: number) =>
  `const f = (x) => {\n${lines(bodyLines, '  x();')}};\nf();\n`;

testRules(sizeRules, {
  'file length': {
    reported: [
      ['a.ts: 301 lines, at most 300', { 'a.ts': lines(301, 'x();') }],
      ['sql/a.sql: 301 lines, at most 300', { 'sql/a.sql': lines(301, '--') }],
      ['api/main.ts: 61 lines, at most 60', { 'api/main.ts': lines(61, 'x();') }],
    ],
    accepted: [
      { 'a.ts': lines(300, 'x();'), 'main.ts': lines(60, 'x();') },
      { 'a.md': lines(999, 'x') },
    ],
  },
  'line length': {
    reported: [
      ['a.ts:2: 101 columns, at most 100', { 'a.ts': `x();\n${'x'.repeat(101)}\n` }],
      ['a.yml:1: 101 columns, at most 100', { 'a.yml': 'x'.repeat(101) }],
    ],
    accepted: [{ 'a.ts': 'x'.repeat(100), 'a.md': 'x'.repeat(101) }],
  },
  'function length': {
    reported: [
      ['a.ts:2: a function of 71 lines, at most 70', { 'a.ts': functionOf(69) }],
      ['a.ts:2: a function of 71 lines, at most 70', { 'a.ts': methodOf(69) }],
      ['a.mjs:1: a function of 71 lines, at most 70', { 'a.mjs': arrowOf(69) }],
    ],
    accepted: [
      { 'a.ts': functionOf(68), 'b.ts': methodOf(68), 'c.ts': arrowOf(68) },
      { 'a.ts': `class A {\n${lines(40, '  m() {\n    x();\n  }')}}\n` },
      { 'a.test.ts': `describe('x', () => {\n${lines(99, '  x();')}});\n` },
    ],
  },
});
