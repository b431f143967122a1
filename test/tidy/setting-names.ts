// The names of the settings, read off the text of the code that parses them and of .env.example.

import type { SourceFile } from './rule.ts';

const sharedFields = 'platform/setting-fields.ts';

/** What one process reads: the keys of its schema, and those of the groups that it spreads. */
export function settingsReadBy(path: string, files: readonly SourceFile[]): string[] {
  const schema = /z\.object\(\{(.*?)\}\);/s.exec(textOf(path, files))?.[1] ?? '';
  const groups = [...schema.matchAll(/\.\.\.(?:fields\.)?(\w+)/g)].flatMap(([, group = '']) => {
    const body = new RegExp(`export const ${group} = \\{(.*?)^\\};`, 'ms');
    return keysIn(body.exec(textOf(sharedFields, files))?.[1] ?? '');
  });
  return [...new Set([...keysIn(schema), ...groups])].toSorted();
}

export function settingsFiles(files: readonly SourceFile[]): string[] {
  return files
    .map(({ path }) => path)
    .filter((path) => /(^|\/)settings\.ts$/.test(path) && path !== 'platform/settings.ts');
}

/** A name counts whether its line is commented out or not. */
export function documentedSettings(files: readonly SourceFile[]): string[] {
  const lines = textOf('.env.example', files).matchAll(/^#?\s?([A-Z][A-Z0-9_]+)=/gm);
  return [...lines].map(([, name = '']) => name);
}

/** `${NAME}` and `${NAME:-default}`. */
export function settingsOfCompose(files: readonly SourceFile[]): string[] {
  const uses = textOf('docker-compose.yml', files).matchAll(/\$\{([A-Z][A-Z0-9_]+)/g);
  return [...new Set([...uses].map(([, name = '']) => name))];
}

function keysIn(text: string): string[] {
  return [...text.matchAll(/\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*):/g)].map(([, name = '']) => name);
}

function textOf(path: string, files: readonly SourceFile[]): string {
  return files.find((file) => file.path === path)?.text ?? '';
}
