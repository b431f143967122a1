// One run of the stack from lock to sweep: takes the instance's lock, ends what a crashed run left,
// runs the body until it is done or a person asks to stop, and leaves no process behind.

import { endOrphans, killOrphans } from './orphans.ts';
import { takeLock } from './instance-lock.ts';
import { makePlaces, type Places, placesOf } from './places.ts';
import { StackError } from './stack-error.ts';
import { listenForStop } from './stop-signal.ts';

export interface SessionOptions {
  /** The first of these that is free; the last one's holder is named when none is. */
  readonly instances: readonly string[];
  /** What the person typed: 'npm start'. */
  readonly command: string;
  /** The exit code when a person stopped it: what was meant to be stopped ends well. */
  readonly codeWhenStopped: number;
  say(text: string): void;
  /** Ends by itself, or goes on until `stop` resolves. */
  body(session: Session): Promise<number>;
}

export interface Session {
  readonly places: Places;
  readonly stop: Promise<unknown>;
  /** Clean-ups run in reverse, whatever happens. */
  onEnd(cleanUp: () => Promise<void> | void): void;
}

/** The exit code. */
export async function runSession(options: SessionOptions): Promise<number> {
  const { say, body, codeWhenStopped } = options;
  // A terminal that was closed can not be written to; the stop that it asked for goes on.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const { places, release } = takeInstance(options);
  const signal = listenForStop(() => {
    say('Stopping at once.');
    killOrphans(places.run);
    release();
    process.exit(1);
  });
  const cleanUps: (() => Promise<void> | void)[] = [];
  const stop = signal.requested.then(() => codeWhenStopped);
  try {
    await endLeftovers(places, say);
    const working = body({ places, stop, onEnd: (cleanUp) => cleanUps.push(cleanUp) });
    // Once we are stopping, what the interrupted work has to say no longer matters.
    working.catch(() => undefined);
    return await Promise.race([working, stop]);
  } finally {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
    while ((await endOrphans(places.run)).length > 0);
    release();
    signal.dispose();
  }
}

function takeInstance(options: SessionOptions): { places: Places; release: () => void } {
  let refusal: StackError | undefined;
  for (const instance of options.instances) {
    const places = placesOf(instance);
    makePlaces(places);
    const lock = takeLock(places.lock, options.command);
    if (lock.taken) return { places, release: () => lock.release() };
    refusal = alreadyRunning(lock.holder, places);
  }
  throw refusal ?? new StackError('No instance of the stack was asked for.');
}

async function endLeftovers(places: Places, say: (text: string) => void): Promise<void> {
  const names = await endOrphans(places.run);
  if (names.length > 0) say(`An earlier run was cut off. Ended what it left: ${names.join(', ')}.`);
}

function alreadyRunning(holder: { pid: number; command: string }, places: Places): StackError {
  return new StackError(
    `\`${holder.command}\` already runs in this checkout (process ${holder.pid}).\n` +
      `Its addresses are in ${places.env}. Stop it with Ctrl-C where it runs, or:\n` +
      `  kill ${holder.pid}`,
  );
}
