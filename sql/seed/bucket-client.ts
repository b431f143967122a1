// The minio client, which administers buckets and uploads; serving images is the API's business.

import { Client } from 'minio';
import type { SeedSettings } from './settings.ts';

export function createBucketClient(settings: SeedSettings): Client {
  const endpoint = new URL(settings.S3_ENDPOINT);
  const useSSL = endpoint.protocol === 'https:';
  return new Client({
    endPoint: endpoint.hostname,
    port: Number(endpoint.port || (useSSL ? 443 : 80)),
    useSSL,
    accessKey: settings.S3_ACCESS_KEY,
    secretKey: settings.S3_SECRET_KEY.reveal(),
    region: settings.S3_REGION,
    // It would write its tries to the console; the seed has its own.
    retryOptions: { disableRetry: true },
  });
}
