import { testRules } from './planted.ts';
import { repositoryRules } from './repository-rules.ts';

const shared = `export const s3Fields = {\n  S3_BUCKET: z.string(),\n};\n`;
const settings = `const schema = z.object({\n  PORT: port(8000),\n  ...fields.s3Fields,\n});\n`;
const parsers = { 'platform/setting-fields.ts': shared, 'api/settings.ts': settings };

const migration = (text: string) => `-- migrate:up\n-- Why.\n${text}\n\n-- migrate:down\n`;

const lock = (packages: object) => ({ 'package-lock.json': JSON.stringify({ packages }) });

testRules(repositoryRules, {
  'documented settings': {
    reported: [
      ['.env.example: no S3_BUCKET', { ...parsers, '.env.example': 'PORT=8000\n' }],
      ['.env.example: no PORT', { ...parsers, '.env.example': '# S3_BUCKET=x\n' }],
      [
        '.env.example: nothing reads OLD',
        { ...parsers, '.env.example': 'PORT=8000\n# S3_BUCKET=x\n# OLD=1\n' },
      ],
      [
        '.env.example: no PASSWORD',
        { '.env.example': '', 'docker-compose.yml': 'PASSWORD: ${PASSWORD:-root}' },
      ],
    ],
    accepted: [{ ...parsers, '.env.example': '# why\nPORT=8000\n# S3_BUCKET=x\n' }],
  },
  migrations: {
    reported: [
      [
        'sql/migrations/1_city.sql: not named NNNN_name.sql',
        { 'sql/migrations/1_city.sql': migration('select 1;') },
      ],
      [
        'sql/migrations/0001_b.sql: the number 0001 is taken',
        {
          'sql/migrations/0001_a.sql': migration('select 1;'),
          'sql/migrations/0001_b.sql': migration('select 1;'),
        },
      ],
      [
        'sql/migrations/0001_a.sql: does not begin with -- migrate:up',
        { 'sql/migrations/0001_a.sql': '\n-- Why.\nselect 1;' },
      ],
      [
        'sql/migrations/0001_a.sql: does not say why, right below',
        { 'sql/migrations/0001_a.sql': '-- migrate:up\nselect 1;' },
      ],
      [
        'sql/migrations/0001_a.sql: keywords are lower-case',
        { 'sql/migrations/0001_a.sql': migration('CREATE table a ();') },
      ],
      [
        'sql/migrations/0001_a.sql: there is no way down',
        { 'sql/migrations/0001_a.sql': `${migration('create table a ();')}drop table a;` },
      ],
    ],
    accepted: [
      {
        'sql/migrations/0001_a.sql': migration('create table a ();'),
        'sql/migrations/0002_b.sql': '-- migrate:up\n-- Why.\ncreate table b ();\n',
      },
    ],
  },
  'lock file': {
    reported: [
      [
        'package-lock.json: names the registry that one machine used',
        lock({ 'node_modules/a': { resolved: 'https://registry.example/a.tgz' } }),
      ],
      [
        'package-lock.json: a-darwin is missing',
        lock({ 'node_modules/a': { optionalDependencies: { 'a-darwin': '1.0.0' } } }),
      ],
    ],
    accepted: [
      lock({
        'node_modules/a': { optionalDependencies: { 'a-darwin': '1.0.0' } },
        'node_modules/a-darwin': {},
      }),
    ],
  },
  'exact versions': {
    reported: [
      [
        'package.json: zod is ^4.0.0, not one exact version',
        { 'package.json': '{"dependencies":{"zod":"^4.0.0"}}' },
      ],
      [
        'package.json: yaml is latest, not one exact version',
        { 'package.json': '{"devDependencies":{"yaml":"latest"}}' },
      ],
    ],
    accepted: [{ 'package.json': '{"dependencies":{"a":"1.2.3","b":"18.4.0-beta.17"}}' }],
  },
});
