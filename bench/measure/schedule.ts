// An open-loop load: requests start when the schedule says, whether or not earlier ones have been
// answered. A latency counts from that moment, so that a server which falls behind can not hide it
// by being asked less (co-ordinated omission).

export interface Schedule {
  readonly perSecond: number;
  readonly forMs: number;
  /** From 0 to below 1; gaps like those of independent clients (exponential) need chance. */
  readonly random: () => number;
}

/** The moments, in ms from the beginning, in order. */
export function startTimes({ perSecond, forMs, random }: Schedule): number[] {
  const times: number[] = [];
  let atMs = 0;
  for (;;) {
    atMs += (-Math.log(1 - random()) * 1000) / perSecond;
    if (atMs >= forMs) {
      return times;
    }
    times.push(atMs);
  }
}

export interface OpenLoopOptions<Kind> extends Schedule {
  /** One request; what it throws ends the load. */
  request: () => Promise<Kind>;
  /** The latency counts from the moment at which the request was to start. */
  onDone: (kind: Kind, latencyMs: number) => void;
}

/** Resolves when every request has been answered. */
export async function runOpenLoop<Kind>(options: OpenLoopOptions<Kind>): Promise<void> {
  const times = startTimes(options);
  const underWay = new Set<Promise<void>>();
  const beganMs = performance.now();
  let next = 0;
  await new Promise<void>((resolve, reject) => {
    const step = (): void => {
      const nowMs = performance.now() - beganMs;
      for (; next < times.length && (times[next] ?? 0) <= nowMs; next += 1) {
        const dueMs = beganMs + (times[next] ?? 0);
        const asked = options.request().then((kind) => {
          options.onDone(kind, performance.now() - dueMs);
        });
        underWay.add(asked);
        asked.then(() => underWay.delete(asked), reject);
      }
      if (next === times.length) {
        resolve();
      } else {
        // Up to a millisecond late, which the latency includes: turning without a rest would take
        // a processor from the servers.
        setTimeout(step, 1);
      }
    };
    step();
  });
  await Promise.all(underWay);
}
