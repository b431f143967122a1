// Fetches packages of Debian or Ubuntu and unpacks them into a folder, without root and without
// installing anything. Dependencies come along unless the system has them.

import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../run-command.ts';

export interface UnpackOptions {
  readonly packages: readonly string[];
  readonly folder: string;
  report(progress: string): void;
}

export async function unpackDebianPackages(options: UnpackOptions): Promise<void> {
  const what = `Fetching ${options.packages.join(', ')}`;
  const archives = join(options.folder, 'archives');
  mkdirSync(archives, { recursive: true });
  const apt = await aptOptions(options);
  options.report(`downloading ${options.packages.join(', ')}`);
  const wanted = await withDependencies(options.packages, apt);
  await runCommand({
    what,
    command: 'apt-get',
    args: [...apt, 'download', ...wanted],
    cwd: archives,
  });
  for (const archive of readdirSync(archives)) {
    const args = ['-x', join(archives, archive), options.folder];
    await runCommand({ what, command: 'dpkg', args });
  }
}

/** A fresh container has no package lists: then they are fetched into a folder of our own. */
async function aptOptions({ packages, folder, report }: UnpackOptions): Promise<string[]> {
  const quiet = ['-q', '-o', 'APT::Sandbox::User='];
  const what = 'Asking apt';
  const known = await runCommand({ what, command: 'apt-cache', args: ['policy', ...packages] });
  if (/Candidate: (?!\(none\))/.test(known)) return quiet;
  report('fetching the package lists');
  const state = join(folder, 'apt');
  const lists = join(state, 'lists');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  const own = [...quiet, '-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${state}`];
  await runCommand({
    what: 'Fetching package lists',
    command: 'apt-get',
    args: [...own, 'update'],
  });
  return own;
}

async function withDependencies(packages: readonly string[], apt: string[]): Promise<string[]> {
  const what = 'Asking apt for dependencies';
  const args = [...apt.filter((word) => word !== '-q'), 'depends', ...packages];
  const text = await runCommand({ what, command: 'apt-cache', args });
  const named = [...text.matchAll(/^ {1,2}(?:Pre)?Depends: ([a-z0-9][a-z0-9.+-]*)$/gm)];
  const libraries = named.map((match) => match[1] ?? '').filter((name) => name.startsWith('lib'));
  const missing: string[] = [];
  for (const library of new Set(libraries)) {
    if (!(await isInstalled(library))) missing.push(library);
  }
  return [...packages, ...missing];
}

async function isInstalled(name: string): Promise<boolean> {
  const args = ['-W', '-f', '${db:Status-Status}', name];
  const status = runCommand({ what: 'Asking dpkg', command: 'dpkg-query', args });
  return (await status.catch(() => '')).trim() === 'installed';
}
