import { importRules } from './import-rules.ts';
import { testRules } from './planted.ts';

const importing = (specifier: string) => `import { x } from '${specifier}';\n`;

testRules(importRules, {
  'import direction': {
    reported: [
      [
        'api/a.ts:1: api may not import workers/cleaner/plan.ts',
        { 'api/a.ts': importing('../workers/cleaner/plan.ts') },
      ],
      [
        'workers/listener/a.ts:1: workers/listener may not import workers/cleaner/plan.ts',
        { 'workers/listener/a.ts': importing('../cleaner/plan.ts') },
      ],
      [
        'contract/a.ts:2: contract may not import platform/errors.ts',
        { 'contract/a.ts': `// why\n${importing('../platform/errors.ts')}` },
      ],
      [
        'platform/a.ts:1: platform may not import contract/topics.ts',
        { 'platform/a.ts': `export type { x } from '../contract/topics.ts';` },
      ],
      [
        'stack/a.ts:1: stack may not import api/main.ts',
        { 'stack/a.ts': `const main = await import('../api/main.ts');` },
      ],
      [
        'cache/a.ts:1: cache may not import test/support/eventually.ts',
        { 'cache/a.ts': importing('../test/support/eventually.ts') },
      ],
      [
        'test/a.test.ts:1: test may not import api/settings.ts',
        { 'test/a.test.ts': importing('../api/settings.ts') },
      ],
    ],
    accepted: [
      { 'api/a.ts': importing('../cache/lease.ts') + importing('../platform/errors.ts') },
      { 'api/cities/a.ts': importing('../problem.ts') },
      { 'cache/a.server.test.ts': importing('../test/support/redis.ts') },
    ],
  },
  'driver ownership': {
    reported: [
      [
        'api/a.ts:1: kafkajs belongs to ^platform\\/clients\\/kafka(-[a-z]+)?\\.ts$',
        { 'api/a.ts': importing('kafkajs') },
      ],
      [
        'cache/a.ts:1: @redis/client belongs to ^platform\\/clients\\/redis(-[a-z]+)?\\.ts$',
        { 'cache/a.ts': `import type { RedisClientType } from '@redis/client';` },
      ],
      [
        'workers/listener/a.ts:1: pg-listen belongs to ^workers\\/listener\\/wake-up\\.ts$',
        { 'workers/listener/a.ts': `import createSubscriber from 'pg-listen';` },
      ],
      ['api/a.ts:1: minio belongs to ^sql\\/seed\\/', { 'api/a.ts': importing('minio') }],
    ],
    accepted: [
      { 'platform/clients/kafka-publisher.ts': importing('kafkajs') },
      { 'sql/migrate.ts': `import pg from 'pg';`, 'test/a.test.ts': `import pg from 'pg';` },
    ],
  },
  'imports that exist': {
    reported: [['api/a.ts:1: there is no api/b.ts', { 'api/a.ts': importing('./b.ts') }]],
    accepted: [{ 'api/a.ts': importing('./b.ts') + importing('zod'), 'api/b.ts': '' }],
  },
});
