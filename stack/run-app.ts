// Starts one process of ours, waits until it is ready, and from then on keeps it running. The first
// start must succeed: what can not even start would only be restarted for ever.

import { type AppProcessOptions, createAppProcess } from './app-process.ts';
import type { LogOutput } from './log-output.ts';
import type { Step } from './progress.ts';
import type { Session } from './session.ts';
import { StackError } from './stack-error.ts';
import { supervise } from './supervisor.ts';

export interface RunAppOptions extends Omit<AppProcessOptions, 'onLine' | 'places'> {
  readonly session: Session;
  readonly step: Step;
  readonly output: LogOutput;
}

const portAttemptsMax = 4;

/** The port that it listens on. It is stopped when the session ends. */
export async function runApp(options: RunAppOptions): Promise<number> {
  const { name, port: wanted, session, step, output } = options;
  const onLine = (line: string): void => output.logLine(name, line);
  const app = createAppProcess({ ...options, places: session.places, onLine });
  let stop: (() => Promise<unknown>) | undefined;
  session.onEnd(async () => {
    if (stop !== undefined) output.say(`Stopping the ${name}.`);
    await stop?.();
  });
  step.report('starting');
  for (let attempt = 1; attempt <= portAttemptsMax; attempt += 1) {
    const child = await app.start();
    stop = () => child.stop();
    const readiness = await app.untilReady(child).catch((error: unknown) => {
      step.fail('not ready');
      throw error;
    });
    if (readiness.ready) {
      const supervised = supervise(child, { name, start: () => app.start(), say: output.say });
      stop = () => supervised.stop();
      const remark = readiness.port === wanted ? '' : ` (${wanted} is taken)`;
      step.succeed(`ready on 127.0.0.1:${readiness.port}${remark}`);
      return readiness.port;
    }
    step.report('another program was quicker to take its port: trying the next');
  }
  step.fail('no free port');
  throw new StackError(`The ${name} found no free port.`);
}
