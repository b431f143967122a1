import { testRules } from './planted.ts';
import { usageRules } from './usage-rules.ts';

const launcher = { 'stack/launch.mjs': `const main = 'api/main.ts';` };

testRules(usageRules, {
  'unused files': {
    reported: [
      ['api/b.ts: nothing uses this file', { ...launcher, 'api/main.ts': '', 'api/b.ts': '' }],
      [
        'api/b.ts: nothing uses this file but its tests',
        { ...launcher, 'api/b.ts': '', 'api/b.test.ts': `import { b } from './b.ts';` },
      ],
      ['test/support/a.ts: nothing uses this file', { 'test/support/a.ts': '' }],
    ],
    accepted: [
      {
        ...launcher,
        'api/main.ts': `import { b } from './b.ts';`,
        'api/b.ts': `new Worker(new URL('./c.ts', import.meta.url));`,
        'api/c.ts': '',
      },
      { 'test/support/a.ts': '', 'test/a.test.ts': `import { a } from './support/a.ts';` },
    ],
  },
  'unused exports': {
    reported: [
      ['a.ts: nothing imports a', { 'a.ts': 'export function a() {}', 'b.ts': 'a();' }],
      ['a.ts: nothing imports A', { 'a.ts': 'export abstract class A {}' }],
      [
        'a.ts: nothing imports b',
        {
          'a.ts': 'export const a = 1;\nexport async function b() {}',
          'b.ts': `import { a } from './a.ts';`,
        },
      ],
    ],
    accepted: [
      {
        'a.ts': 'export const a = 1;',
        'c/b.ts': `import {\n  type X,\n  a as b,\n} from '../a.ts';`,
      },
      { 'a.ts': 'export const a = 1;', 'b.ts': `import * as all from './a.ts';` },
      { 'a.ts': 'export function main() {}', 'b.mjs': `const main = 'a.ts';` },
      { 'a.ts': 'export interface A {}\nfunction b() {}' },
    ],
  },
});
