// Lets kafkajs rest. Its 2.2.4 looks for requests that wait on every connection, a thousand times a
// second and for ever, also when none waits: that was most of what our processes cost at rest. A
// request that has to wait starts the looking itself.

import { createRequire } from 'node:module';

interface RequestQueue {
  pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

const queuePath = 'kafkajs/src/network/requestQueue/index.js';
let done = false;

/** For every client of this process; again is harmless. */
export function letKafkaRest(): void {
  if (done) {
    return;
  }
  done = true;
  const { prototype } = createRequire(import.meta.url)(queuePath) as { prototype: RequestQueue };
  const look = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function lookWhileSomeWait(this: RequestQueue) {
    if (this.pending.length > 0) {
      look.call(this);
    }
  };
}
