// The bucket: a flag for every country (bgr.svg, from the package flag-icons) and test.jpg of our
// own. An image that is there stays; with `force`, one whose bytes differ is put back.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Client } from 'minio';
import { type Country, readCountries } from './countries.ts';
import { type Output, Progress } from './progress.ts';

interface Image {
  name: string;
  file: URL;
  contentType: string;
}

export interface LoadImagesOptions {
  client: Client;
  bucket: string;
  region: string;
  force: boolean;
  output: Output;
}

const uploadsMax = 8;

export function listImages(countries: readonly Country[]): Image[] {
  const flags = new URL('./flags/4x3/', import.meta.resolve('flag-icons/package.json'));
  const images = countries.map(({ alpha2, alpha3 }) => ({
    name: `${alpha3.toLowerCase()}.svg`,
    file: new URL(`${alpha2.toLowerCase()}.svg`, flags),
    contentType: 'image/svg+xml',
  }));
  const testImage = new URL('./test.jpg', import.meta.url);
  return [...images, { name: 'test.jpg', file: testImage, contentType: 'image/jpeg' }];
}

/** Returns how many images were put into the bucket. */
export async function loadImages(options: LoadImagesOptions): Promise<number> {
  const { client, bucket, region, force, output } = options;
  await ensureBucket(client, bucket, region);
  const etags = await readEtags(client, bucket);
  const images = await Promise.all(listImages(readCountries()).map(readBytes));
  const wanted = images.filter(({ name, bytes }) => {
    const etag = etags.get(name);
    return etag === undefined || (force && etag !== md5(bytes));
  });
  if (wanted.length > 0) {
    const progress = new Progress({ output, label: 'images', total: wanted.length });
    await upload(client, bucket, wanted, progress);
    progress.end();
  }
  return wanted.length;
}

async function ensureBucket(client: Client, bucket: string, region: string): Promise<void> {
  if (await client.bucketExists(bucket)) {
    return;
  }
  try {
    await client.makeBucket(bucket, region);
  } catch (error) {
    // Another seed was quicker; anything else is still missing and worth the error.
    if (!(await client.bucketExists(bucket))) {
      throw error;
    }
  }
}

type ImageBytes = Image & { bytes: Buffer };

async function readBytes(image: Image): Promise<ImageBytes> {
  return { ...image, bytes: await readFile(image.file) };
}

async function upload(
  client: Client,
  bucket: string,
  images: readonly ImageBytes[],
  progress: Progress,
): Promise<void> {
  const queue = images.values();
  async function uploadInTurn(): Promise<void> {
    for (const { name, bytes, contentType } of queue) {
      await client.putObject(bucket, name, bytes, bytes.length, { 'content-type': contentType });
      progress.advance(1);
    }
  }
  await Promise.all(Array.from({ length: uploadsMax }, uploadInTurn));
}

/** For an object sent in one piece the etag is the MD5 of its bytes. */
async function readEtags(client: Client, bucket: string): Promise<Map<string, string>> {
  const etags = new Map<string, string>();
  for await (const { name, etag } of client.listObjectsV2(bucket)) {
    if (typeof name === 'string' && typeof etag === 'string') {
      etags.set(name, etag.replaceAll('"', ''));
    }
  }
  return etags;
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
