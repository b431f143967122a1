// Whether the bucket with the images can be used.

import { describeError } from '../../platform/errors.ts';
import { type Check, ill, well } from './finding.ts';

export const checkObjectStore: Check = async ({ settings }) => {
  const { endpoint, bucket } = settings.objectStore;
  // Its driver is most of what there is to load, and only this needs it.
  const { ObjectStore } = await import('../../platform/clients/object-store.ts');
  const objectStore = new ObjectStore(settings.objectStore);
  try {
    await objectStore.assertReachable();
    return [well('object store', `bucket ${bucket} at ${endpoint}`)];
  } catch (error) {
    const detail = `S3_ENDPOINT ${endpoint}: ${describeError(error)}`;
    return [ill('object store', 'object-store-unreachable', detail)];
  } finally {
    objectStore.stop();
  }
};
