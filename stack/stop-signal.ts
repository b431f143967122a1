// Turns signals into one request to stop. Ctrl-C in a terminal reaches us twice, directly and
// through npm, so a second signal counts only when it comes later: then a person means "at once".

export interface StopSignal {
  readonly requested: Promise<NodeJS.Signals>;
  dispose(): void;
}

const echoMs = 1_000;
const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

export function listenForStop(onForce: () => void): StopSignal {
  let firstAt: number | undefined;
  let resolve: (signal: NodeJS.Signals) => void = () => undefined;
  const requested = new Promise<NodeJS.Signals>((settle) => {
    resolve = settle;
  });
  const onSignal = (signal: NodeJS.Signals): void => {
    if (firstAt === undefined) {
      firstAt = Date.now();
      resolve(signal);
    } else if (Date.now() - firstAt > echoMs) {
      onForce();
    }
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    requested,
    dispose: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
