// How a process lives: start its components in order, wait for a signal, stop them in reverse.
// The only place that touches signals and exit codes: 0 asked to stop, 1 fault, 2 settings.

import closeWithGrace from 'close-with-grace';
import { describeError, SettingsError } from './errors.ts';
import type { Logger } from './logger.ts';

/**
 * One part of a process. `start` fails fast on what can not heal and keeps trying while a server
 * is away; `stop` is idempotent, ends a `start` that still waits, and returns when all is put away.
 * A component whose work dies later leaves the rejection unhandled: that ends the process.
 */
export interface Component {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface ProcessParts {
  logger: Logger;
  /** Sinks before sources: stopped in reverse, so that a source never outlives its sink. */
  components: readonly Component[];
}

/** After this a stop that hangs is forced, with exit code 1. */
const stopDeadlineMs = 10_000;

/** Runs until a signal or a fault; the last thing a main.ts calls. */
export async function runProcess(assemble: () => ProcessParts): Promise<void> {
  const { logger, components } = assembleOrExit(assemble);
  const started: Component[] = [];
  let stopping = false;
  const forced = forcedEnd(logger);
  const grace = { delay: stopDeadlineMs, logger: false, ...forced } as const;
  const { close } = closeWithGrace(grace, async ({ signal, err }) => {
    stopping = true;
    if (err) {
      await written(logger);
      logger.fatal({ event: 'process.fault', error: err }, describeError(err));
    } else {
      logger.info({ event: 'process.stopping', signal }, 'stopping');
    }
    await stopAll(started, logger);
    logger.info({ event: 'process.stopped' }, 'stopped');
    await written(logger);
  });

  // One of several processes is asked to stop by the end of its line to the one that runs them: a
  // signal might be the second, after that of the terminal.
  process.once('disconnect', () => {
    if (!stopping) {
      close();
    }
  });

  try {
    for (const component of components) {
      if (stopping) {
        return;
      }
      started.push(component);
      await component.start();
    }
  } catch (error) {
    if (stopping) {
      return;
    }
    setTimeout(() => {
      forced.onTimeout(stopDeadlineMs);
      process.exit(1);
    }, stopDeadlineMs);
    await written(logger);
    logger.fatal({ event: 'process.start_failed', error }, describeError(error));
    await stopAll(started, logger);
    await written(logger);
    process.exit(1);
  }
  logger.info({ event: 'process.started', pid: process.pid }, 'started');
}

async function stopAll(started: readonly Component[], logger: Logger): Promise<void> {
  for (const component of started.toReversed()) {
    try {
      await component.stop();
    } catch (error) {
      const fields = { event: 'process.stop_failed', component: component.name, error };
      logger.error(fields, `${component.name} did not stop cleanly: ${describeError(error)}`);
    }
  }
}

/** What to say when the process ends before it has stopped; it ends right after. */
function forcedEnd(logger: Logger) {
  const force = (why: string): void => {
    logger.fatal({ event: 'process.stop_forced' }, `ended without having stopped: ${why}`);
  };
  return {
    onSecondSignal: (signal: NodeJS.Signals) => force(`${signal} came while stopping`),
    onTimeout: (delayMs: number) => force(`stopping took longer than ${delayMs} ms`),
    onSecondError: (error: unknown) => {
      logger.fatal({ event: 'process.fault', error }, describeError(error));
    },
  };
}

/**
 * Lines are written in the background: an exit, or a fatal line, which is written at once, would
 * overtake those that are under way.
 */
async function written(logger: Logger): Promise<void> {
  await new Promise<void>((resolve) => logger.flush(() => resolve()));
}

function assembleOrExit(assemble: () => ProcessParts): ProcessParts {
  try {
    return assemble();
  } catch (error) {
    if (!(error instanceof SettingsError)) {
      throw error;
    }
    process.stderr.write(`${error.message}\nEvery setting is described in .env.example.\n`);
    process.exit(2);
  }
}
