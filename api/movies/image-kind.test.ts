import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageContentTypes, imageExtension } from './image-kind.ts';

const starts: Record<string, { extension: string; starts: Buffer[] }> = {
  'image/avif': {
    extension: 'avif',
    starts: [Buffer.from('\0\0\0\x20ftypavif\0\0\0\0'), Buffer.from('\0\0\0\x20ftypavis')],
  },
  'image/gif': { extension: 'gif', starts: [Buffer.from('GIF87a..'), Buffer.from('GIF89a')] },
  'image/jpeg': { extension: 'jpg', starts: [Buffer.from('ffd8ffe000104a46', 'hex')] },
  'image/png': { extension: 'png', starts: [Buffer.from('89504e470d0a1a0a0000', 'hex')] },
  'image/svg+xml': {
    extension: 'svg',
    starts: [
      '<svg xmlns="http://www.w3.org/2000/svg">',
      '\uFEFF<?xml version="1.0"?>\n<!-- by hand -->\n<!DOCTYPE svg PUBLIC "x" "y">\n<svg>',
      ' <svg/>',
    ].map((text) => Buffer.from(text)),
  },
  'image/webp': { extension: 'webp', starts: [Buffer.from('RIFF\x10\0\0\0WEBPVP8 ')] },
};

test('a file is known by its first bytes, under its own type alone', () => {
  assert.deepEqual(Object.keys(starts), imageContentTypes);
  for (const [type, { extension, starts: samples }] of Object.entries(starts)) {
    for (const sample of samples) {
      for (const claimed of imageContentTypes) {
        const expected = claimed === type ? extension : null;
        assert.equal(imageExtension(claimed, sample), expected, `${type} as ${claimed}`);
      }
    }
  }
});

test('what is no image, or says nothing, is none', () => {
  for (const start of ['', '<html><svg>', '<script>', 'MZ', '<svgx>', '%PDF-1.7']) {
    for (const type of imageContentTypes) {
      assert.equal(imageExtension(type, Buffer.from(start)), null, `${start} as ${type}`);
    }
  }
  assert.equal(imageExtension('text/html', Buffer.from('<html>')), null);
});
