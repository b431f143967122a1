// One run of the stack from lock to sweep: takes the instance's lock, ends what a crashed run left,
// runs the body until it is done or a person asks to stop, and leaves no process behind.

import { endOrphans, killOrphans } from './orphans.ts';
import { takeLock } from './instance-lock.ts';
import { makePlaces, type Places } from './places.ts';
import { StackError } from './stack-error.ts';
import { listenForStop } from './stop-signal.ts';

export interface SessionOptions {
  readonly places: Places;
  /** What the person typed: 'npm start'. */
  readonly command: string;
  say(text: string): void;
  /** Ends by itself or goes on until `stop` resolves. Clean-ups run in reverse, whatever happens. */
  body(session: Session): Promise<number>;
}

export interface Session {
  readonly stop: Promise<unknown>;
  onEnd(cleanUp: () => Promise<void> | void): void;
}

/** The exit code. */
export async function runSession({ places, command, say, body }: SessionOptions): Promise<number> {
  makePlaces(places);
  const lock = takeLock(places.lock, command);
  if (!lock.taken) throw alreadyRunning(lock.holder, places);
  const signal = listenForStop(() => {
    say('Stopping at once.');
    killOrphans(places.run);
    lock.release();
    process.exit(1);
  });
  const cleanUps: (() => Promise<void> | void)[] = [];
  const stopped = signal.requested.then(() => 0);
  try {
    await endLeftovers(places, say);
    const working = body({ stop: stopped, onEnd: (cleanUp) => cleanUps.push(cleanUp) });
    // Once we are stopping, what the interrupted work has to say no longer matters.
    working.catch(() => undefined);
    return await Promise.race([working, stopped]);
  } finally {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
    while ((await endOrphans(places.run)).length > 0);
    lock.release();
    signal.dispose();
  }
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
