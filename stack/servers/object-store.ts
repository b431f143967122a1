// The S3 server: MinIO when there is one (on PATH, or built by `npm run stack:minio`), else
// S3Proxy, which is a much smaller download.

import { isExecutable, onPath } from '../programs.ts';
import type { LocalServer, PrepareContext } from './local-server.ts';
import { minioProgram, prepareMinio } from './minio.ts';
import { prepareS3Proxy } from './s3proxy.ts';

export const objectStore: LocalServer = {
  name: 'object-store',
  defaultPort: 9000,
  async prepare(context) {
    const minio = findMinio(context);
    return minio === undefined ? prepareS3Proxy(context) : prepareMinio(context, minio);
  },
};

function findMinio({ places }: PrepareContext): string | undefined {
  const built = minioProgram(places);
  return isExecutable(built) ? built : onPath('minio');
}
