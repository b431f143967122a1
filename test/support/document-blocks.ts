// The code blocks of a document, in order: what to type, with what must appear, and what to write
// into which file.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Block =
  | { readonly kind: 'type'; readonly command: string; readonly expect: string | undefined }
  | {
      readonly kind: 'write';
      readonly file: string;
      readonly above: string | undefined;
      readonly text: string;
    };

const fence = /^```(?<language>sh|ts)(?: (?<attributes>[^\n]*))?\n(?<text>.*?)^```$/gms;

export function readBlocks(document: string): Block[] {
  return [...document.matchAll(fence)].map(({ groups }) => {
    const { language, attributes = '', text = '' } = groups ?? {};
    const { file, above } =
      /file=(?<file>\S+)(?: above=(?<above>.*))?/.exec(attributes)?.groups ?? {};
    if (language === 'ts' && file !== undefined) {
      return { kind: 'write', file, above, text };
    }
    const expect = /expect=(.*)/.exec(attributes)?.[1];
    return { kind: 'type', command: text.trimEnd(), expect };
  });
}

/** Makes the file, or puts the text above the last line that reads so. */
export function writeBlock(root: string, block: Extract<Block, { kind: 'write' }>): void {
  const path = join(root, block.file);
  if (block.above === undefined) {
    if (existsSync(path)) {
      throw new Error(`${block.file} is there already`);
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, block.text);
    return;
  }
  const lines = readFileSync(path, 'utf8').split('\n');
  const at = lines.lastIndexOf(block.above);
  if (at < 0) {
    throw new Error(`${block.file} has no line "${block.above}"`);
  }
  lines.splice(
    at,
    0,
    ...block.text.trimEnd().split('\n'),
    ...(block.text.endsWith('\n\n') ? [''] : []),
  );
  writeFileSync(path, lines.join('\n'));
}
