// Which image a file is, by its first bytes: what a client calls it must be what it is.

interface ImageType {
  contentType: string;
  extension: string;
  isAtStart: (start: Buffer) => boolean;
}

/** As many first bytes as are looked at. */
export const startBytesMax = 1024;

const svgStart =
  /^\uFEFF?\s*(<\?xml[^>]*\?>\s*)?(<!--[^]{0,800}?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>/]/i;

const imageTypes: readonly ImageType[] = [
  {
    contentType: 'image/avif',
    extension: 'avif',
    isAtStart: (start) => /^ftyp(avif|avis)$/.test(start.toString('latin1', 4, 12)),
  },
  {
    contentType: 'image/gif',
    extension: 'gif',
    isAtStart: (start) => /^GIF8[79]a$/.test(start.toString('latin1', 0, 6)),
  },
  {
    contentType: 'image/jpeg',
    extension: 'jpg',
    isAtStart: (start) => start.toString('hex', 0, 3) === 'ffd8ff',
  },
  {
    contentType: 'image/png',
    extension: 'png',
    isAtStart: (start) => start.toString('hex', 0, 8) === '89504e470d0a1a0a',
  },
  {
    contentType: 'image/svg+xml',
    extension: 'svg',
    isAtStart: (start) => svgStart.test(start.toString('utf8')),
  },
  {
    contentType: 'image/webp',
    extension: 'webp',
    isAtStart: (start) => /^RIFF....WEBP$/s.test(start.toString('latin1', 0, 12)),
  },
];

export const imageContentTypes: readonly string[] = imageTypes.map(
  ({ contentType }) => contentType,
);

/** The extension of the file, or null when its bytes are not of that type. */
export function imageExtension(contentType: string, start: Buffer): string | null {
  const named = imageTypes.find((type) => type.contentType === contentType);
  return named?.isAtStart(start) === true ? named.extension : null;
}
