// MinIO as the object store.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Places } from '../places.ts';
import type { PrepareContext, PreparedServer } from './local-server.ts';
import { localKeys, objectStoreEnv } from './object-store-keys.ts';

/** Where `npm run stack:minio` puts it. */
export function minioProgram(places: Places): string {
  return join(places.bin, 'minio');
}

export async function prepareMinio(
  { places }: PrepareContext,
  program: string,
): Promise<PreparedServer> {
  const data = join(places.data, 'minio');
  mkdirSync(data, { recursive: true });
  return {
    title: 'MinIO',
    env: objectStoreEnv,
    launch: async (port) => ({
      command: program,
      args: ['server', data, '--address', `127.0.0.1:${port}`],
      env: {
        MINIO_ROOT_USER: localKeys.access,
        MINIO_ROOT_PASSWORD: localKeys.secret,
        MINIO_BROWSER: 'off',
        MINIO_UPDATE: 'off',
      },
      readyWhen: /^API: http/m,
      stopSignal: 'SIGTERM',
    }),
  };
}
