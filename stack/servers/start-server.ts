// Starts one local server and waits until its own output says that it is ready. When the port was
// taken between the look and the start, another port is tried.

import { closeSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, type ChildExit, describeExit, startChild } from '../child.ts';
import { freePort } from '../ports.ts';
import { StackError } from '../stack-error.ts';
import type { LocalServer, PrepareContext } from './local-server.ts';

export interface RunningServer {
  readonly name: LocalServer['name'];
  readonly title: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly child: Child;
  /** Starts it again on the same port, after it ended by itself. */
  restart(): Promise<Child>;
}

export interface StartServerOptions extends PrepareContext {
  readonly server: LocalServer;
  /** Absent: the usual port, or a free one if that is taken. */
  readonly port?: number;
}

const startTimeoutMs = 90_000;
const stopTimeoutMs = 30_000;
const pollMs = 20;
const portAttemptsMax = 4;
const portTaken =
  /address already in use|EADDRINUSE|BindException|Specified port is already in use/i;

export async function startServer(options: StartServerOptions): Promise<RunningServer> {
  const { server, places } = options;
  const prepared = await server.prepare(options);
  const logFile = join(places.logs, `${server.name}.log`);
  options.report('starting');

  const launchOn = async (port: number): Promise<Child> => {
    const launch = await prepared.launch(port);
    writeFileSync(logFile, '', { mode: 0o600 });
    const child = await startChild({
      name: server.name,
      command: launch.command,
      args: launch.args,
      env: { ...process.env, ...launch.env },
      cwd: launch.cwd ?? places.root,
      output: { file: logFile },
      stopSignal: launch.stopSignal,
      stopTimeoutMs,
      run: places.run,
      ...(launch.user === undefined ? {} : { user: launch.user }),
    });
    await waitUntilReady({ child, logFile, readyWhen: launch.readyWhen, title: prepared.title });
    await launch.afterStart?.();
    return child;
  };

  const wanted = options.port ?? server.defaultPort;
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(attempt === 1 ? wanted : 0);
    try {
      return {
        name: server.name,
        title: prepared.title,
        port,
        env: prepared.env(port),
        logFile,
        child: await launchOn(port),
        restart: () => launchOn(port),
      };
    } catch (error) {
      if (!portTaken.test(tail(logFile)) || attempt === portAttemptsMax) throw error;
    }
  }
}

interface Wait {
  readonly child: Child;
  readonly logFile: string;
  readonly readyWhen: RegExp;
  readonly title: string;
}

async function waitUntilReady({ child, logFile, readyWhen, title }: Wait): Promise<void> {
  let ended: ChildExit | undefined;
  void child.exited.then((exit) => {
    ended = exit;
  });
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    if (readyWhen.test(readFileSync(logFile, 'utf8'))) return;
    if (ended !== undefined) {
      throw new StackError(`${title} did not start (${describeExit(ended)}).\n${excerpt(logFile)}`);
    }
    if (Date.now() > deadline) {
      await child.stop();
      throw new StackError(
        `${title} was not ready after ${startTimeoutMs / 1000} s.\n${excerpt(logFile)}`,
      );
    }
    await delay(pollMs);
  }
}

function excerpt(logFile: string): string {
  const lines = tail(logFile).trimEnd().split('\n').slice(-8);
  return `The last lines of ${logFile}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function tail(file: string): string {
  const bytesMax = 16_384;
  const size = statSync(file).size;
  const buffer = Buffer.alloc(Math.min(bytesMax, size));
  const handle = openSync(file, 'r');
  readSync(handle, buffer, 0, buffer.length, size - buffer.length);
  closeSync(handle);
  return buffer.toString('utf8');
}
