// Rules about what is not TypeScript: settings, migrations, packages.

import { posix } from 'node:path';
import { z } from 'zod';
import type { Rule } from './rule.ts';
import {
  documentedSettings,
  settingsFiles,
  settingsOfCompose,
  settingsReadBy,
} from './setting-names.ts';

const settings: Rule = {
  name: 'documented settings',
  check: (files) => {
    const read = new Set([
      ...settingsFiles(files).flatMap((path) => settingsReadBy(path, files)),
      ...settingsOfCompose(files),
    ]);
    const documented = new Set(documentedSettings(files));
    return [
      ...[...read]
        .filter((name) => !documented.has(name))
        .map((name) => `.env.example: no ${name}`),
      ...[...documented]
        .filter((name) => !read.has(name))
        .map((name) => `.env.example: nothing reads ${name}`),
    ];
  },
};

const migrations: Rule = {
  name: 'migrations',
  check: (files) => {
    const all = files.filter(({ path }) => path.startsWith('sql/migrations/'));
    const numbers = all.map(({ path }) => posix.basename(path).slice(0, 4));
    return all.flatMap(({ path, text }, index) => {
      const number = numbers[index] ?? '';
      const [first = '', second = ''] = text.split('\n');
      return [
        ...(/^\d{4}_[a-z0-9_]+\.sql$/.test(posix.basename(path))
          ? []
          : ['not named NNNN_name.sql']),
        ...(numbers.indexOf(number) === index ? [] : [`the number ${number} is taken`]),
        ...(first === '-- migrate:up' ? [] : ['does not begin with -- migrate:up']),
        ...(/^-- \w/.test(second) ? [] : ['does not say why, right below']),
        ...(/^\s*(CREATE|ALTER|DROP|SELECT|INSERT|UPDATE|DELETE|GRANT)\s/m.test(text)
          ? ['keywords are lower-case']
          : []),
        ...(/^-- migrate:down\s+\S/m.test(text) ? ['there is no way down'] : []),
      ].map((complaint) => `${path}: ${complaint}`);
    });
  },
};

const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() }),
  ),
});

const packageLock: Rule = {
  name: 'lock file',
  check: (files) => {
    const text = files.find(({ path }) => path === 'package-lock.json')?.text ?? '{"packages":{}}';
    const { packages } = lockFile.parse(JSON.parse(text));
    const optional = Object.values(packages).flatMap((entry) =>
      Object.keys(entry.optionalDependencies ?? {}),
    );
    return [
      ...(/"resolved":\s*"http/.test(text) ? ['names the registry that one machine used'] : []),
      // Binaries of other platforms: npm leaves them out unasked, and then `npm ci` refuses.
      ...[...new Set(optional)]
        .filter((name) => packages[`node_modules/${name}`] === undefined)
        .map((name) => `${name} is missing`),
    ].map((complaint) => `package-lock.json: ${complaint}`);
  },
};

const exactVersions: Rule = {
  name: 'exact versions',
  check: (files) => {
    const text = files.find(({ path }) => path === 'package.json')?.text ?? '{}';
    const versions = z.record(z.string(), z.string()).optional();
    const manifest = z.object({ dependencies: versions, devDependencies: versions });
    const { dependencies, devDependencies } = manifest.parse(JSON.parse(text));
    return Object.entries({ ...dependencies, ...devDependencies })
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      .map(([name, version]) => `package.json: ${name} is ${version}, not one exact version`);
  },
};

export const repositoryRules = [settings, migrations, packageLock, exactVersions];
