// `npm run stack:minio`: builds MinIO once; from then on the stack uses it as its object store.

import { makePlaces, placesOf } from './places.ts';
import { createProgress } from './progress.ts';
import { buildMinio } from './servers/build-minio.ts';

export async function main(): Promise<number> {
  const places = placesOf('');
  makePlaces(places);
  const progress = createProgress({ stream: process.stdout, env: process.env });
  const step = progress.step('MinIO');
  try {
    await buildMinio({ places, report: (text) => step.report(text) });
    step.succeed('built: the next start uses it');
  } catch (error) {
    step.fail('not built');
    throw error;
  } finally {
    progress.close();
  }
  return 0;
}
