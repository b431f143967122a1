import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readCountries } from './countries.ts';
import { listImages } from './images.ts';

const images = listImages(readCountries());

test('names the flag of every country by its three letters, and test.jpg', () => {
  const names = images.map(({ name }) => name);
  assert.equal(new Set(names).size, 251);
  assert.ok(names.includes('bgr.svg') && names.includes('test.jpg'));
  assert.ok(names.every((name) => /^([a-z]{3}\.svg|test\.jpg)$/.test(name)));
});

test('finds the file of every image, and calls it what it is', () => {
  assert.deepEqual(
    images.filter(({ file }) => !existsSync(file)),
    [],
  );
  for (const { file, contentType } of images) {
    const isJpeg = readFileSync(file)
      .subarray(0, 3)
      .equals(Buffer.from([0xff, 0xd8, 0xff]));
    assert.equal(contentType, isJpeg ? 'image/jpeg' : 'image/svg+xml');
  }
});
