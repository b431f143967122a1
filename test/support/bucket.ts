// A bucket of its own for one test, filled through the minio client and removed with the test.

import { randomUUID } from 'node:crypto';
import { Client } from 'minio';
import type { TestScope } from './processes.ts';
import { servers } from './servers.ts';

export interface Bucket {
  /** The value of S3_BUCKET. */
  name: string;
  /** Of all objects, in order. */
  names: () => Promise<string[]>;
  put: (objectName: string, body: Buffer, contentType: string) => Promise<void>;
}

export async function createBucket(scope: TestScope): Promise<Bucket> {
  const client = connect();
  const name = `test-${randomUUID()}`;
  await client.makeBucket(name);
  const names = async (): Promise<string[]> => {
    const objects = (await client.listObjectsV2(name, '', true).toArray()) as { name: string }[];
    return objects.map((object) => object.name).toSorted();
  };
  scope.after(async () => {
    for (const objectName of await names()) {
      await client.removeObject(name, objectName);
    }
    await client.removeBucket(name);
  });
  return {
    name,
    names,
    put: async (objectName, body, contentType) => {
      await client.putObject(name, objectName, body, body.length, { 'content-type': contentType });
    },
  };
}

function connect(): Client {
  const { S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY } = servers();
  const endpoint = new URL(S3_ENDPOINT);
  const useSSL = endpoint.protocol === 'https:';
  return new Client({
    endPoint: endpoint.hostname,
    port: Number(endpoint.port || (useSSL ? 443 : 80)),
    useSSL,
    accessKey: S3_ACCESS_KEY,
    secretKey: S3_SECRET_KEY,
    region: 'us-east-1',
  });
}
