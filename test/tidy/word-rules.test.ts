import { testRules } from './planted.ts';
import { wordRules } from './word-rules.ts';

testRules(wordRules, {
  'banned words': {
    reported: [
      ['a.ts:2: TODO: do it, or write an issue', { 'a.ts': 'x();\n// TODO later\n' }],
      ['a.sql:1: FIXME: do it, or write an issue', { 'a.sql': '-- FIXME' }],
    ],
    accepted: [{ 'a.md': 'What there is to do', 'a.ts': 'const MASTODON = 1;' }],
  },
  'foreign paths': {
    reported: [
      ['a.md:1: a path that only one machine has', { 'a.md': 'see `/home/ann/notes`' }],
      ['a.ts:1: a path that only one machine has', { 'a.ts': `read('/work/notes');` }],
      ['a.sh:1: a path that only one machine has', { 'a.sh': 'cat ~/notes' }],
    ],
    accepted: [{ 'a.ts': `app.get('/cities/:code');`, 'b.ts': `import './home/a.ts';` }],
  },
  'mentioned files': {
    reported: [
      ['a.ts:1: there is no NOTES.md', { 'a.ts': '// as NOTES.md says' }],
      ['a.md:1: there is no cache/leases.ts', { 'a.md': 'see `cache/leases.ts`' }],
      ['a.sql:1: there is no notes/a.sql', { 'a.sql': 'select 1; -- from notes/a.sql' }],
    ],
    accepted: [
      { 'a.ts': '// as cache/lease.ts does\nstart("x/y.ts");', 'cache/lease.ts': '' },
      { 'b.md': '[a](docs/a.md)', 'docs/a.md': '' },
    ],
  },
  'file names': {
    reported: [
      ['api/utils.ts: a name that says nothing; call it by its concept', { 'api/utils.ts': '' }],
      ['lib/a.ts: a name that says nothing; call it by its concept', { 'lib/a.ts': '' }],
      [
        'test/test-helpers.test.ts: a name that says nothing; call it by its concept',
        { 'test/test-helpers.test.ts': '' },
      ],
      ['api/createApp.ts: file names are kebab-case', { 'api/createApp.ts': '' }],
    ],
    accepted: [{ 'api/create-app.ts': '', 'cache/lease.server.test.ts': '', 'README.md': '' }],
  },
  console: {
    reported: [
      ['a.ts:1: use the logger, or the output given', { 'a.ts': `console.log('x');` }],
      ['a.mjs:1: use the logger, or the output given', { 'a.mjs': `console.error('x');` }],
    ],
    accepted: [{ 'a.ts': '// the console of MinIO', 'stack/b.ts': `console.log('x');` }],
  },
  'partial test runs': {
    reported: [
      ['a.test.ts:1: every test runs, always', { 'a.test.ts': `test.only('x', () => {});` }],
      ['a.test.ts:1: every test runs, always', { 'a.test.ts': `t.skip('no server');` }],
      ['a.test.ts:1: every test runs, always', { 'a.test.ts': `test('x', { skip: true }, f);` }],
    ],
    accepted: [{ 'a.test.ts': `test('skips what is done', () => {});`, 'a.ts': 'rows.skip(1);' }],
  },
  'sleeping tests': {
    reported: [
      [
        'a.test.ts:1: wait for a condition, with `eventually`',
        { 'a.test.ts': `await new Promise((resolve) => setTimeout(resolve, 50));` },
      ],
      [
        'test/support/a.ts:1: wait for a condition, with `eventually`',
        { 'test/support/a.ts': `import { setTimeout } from 'node:timers/promises';` },
      ],
      ['a.test.ts:1: wait for a condition, with `eventually`', { 'a.test.ts': 'await sleep(50);' }],
    ],
    accepted: [
      { 'a.test.ts': 'const timer = setTimeout(() => stop(), 5000);' },
      { 'a.ts': `import { setTimeout } from 'node:timers/promises';` },
    ],
  },
  'reads of the environment': {
    reported: [
      [
        'cache/a.ts:1: only an entry point reads process.env',
        { 'cache/a.ts': 'const ttl = process.env.TTL;' },
      ],
    ],
    accepted: [
      { 'api/main.ts': 'read(process.env);', 'sql/migrate-main.ts': 'read(process.env);' },
      { 'stack/a.ts': 'process.env.PATH', 'api/a.test.ts': 'process.env.PATH' },
    ],
  },
  signals: {
    reported: [
      [
        'api/a.ts:1: platform/run-process.ts alone touches signals',
        { 'api/a.ts': `process.once('SIGTERM', stop);` },
      ],
    ],
    accepted: [{ 'platform/run-process.ts': `process.once('SIGTERM', stop);` }],
  },
  headers: {
    reported: [
      ['a.ts: begins with 0 lines of comment, not with 1 to 4', { 'a.ts': 'export const a = 1;' }],
      [
        'a.mjs: begins with 5 lines of comment, not with 1 to 4',
        { 'a.mjs': `${'// why\n'.repeat(5)}\nx();` },
      ],
    ],
    accepted: [
      { 'a.ts': '// Why.\n\nx();', 'b.mjs': '#!/usr/bin/env node\n// Why.\nx();' },
      { 'a.test.ts': 'x();' },
    ],
  },
});
