// Whether the bucket with the images can be used.

import { describeError } from '../../platform/errors.ts';
import type { ObserveSettings } from '../settings.ts';
import { type Finding, ill, well } from './finding.ts';

export async function checkObjectStore(
  settings: ObserveSettings['objectStore'],
): Promise<Finding[]> {
  const { endpoint, bucket } = settings;
  // Its driver is most of what there is to load, and only this needs it.
  const { ObjectStore } = await import('../../platform/clients/object-store.ts');
  const objectStore = new ObjectStore(settings);
  try {
    await objectStore.assertReachable();
    return [well('object store', `bucket ${bucket} at ${endpoint}`)];
  } catch (error) {
    const detail = `S3_ENDPOINT ${endpoint}: ${describeError(error)}`;
    return [ill('object store', 'object-store-unreachable', detail)];
  } finally {
    objectStore.stop();
  }
}
