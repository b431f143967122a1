// One process of ours under `npm start`: started with the addresses of the stack, its output kept
// in a log file and shown line by line, ready when it says so itself.

import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, describeExit, startChild } from './child.ts';
import { parseLogLine } from './log-line.ts';
import { compileCache, memoryFlags } from './memory-flags.ts';
import { nodeFlags } from './node-flags.ts';
import type { Places } from './places.ts';
import { freePort } from './ports.ts';
import { StackError } from './stack-error.ts';

export interface AppProcessOptions {
  /** 'api', 'listener', 'cleaner', 'auditor'. */
  readonly name: string;
  /** From the root of the checkout. */
  readonly main: string;
  /** The setting that says where it listens, and where it should. */
  readonly portName: string;
  readonly port: number;
  readonly env: NodeJS.ProcessEnv;
  readonly places: Places;
  onLine(line: string): void;
}

export interface AppProcess {
  /** On the wanted port, or on a free one when that is taken. */
  start(): Promise<Child>;
  /** Once it answers that it is ready; not when another program took its port meanwhile. */
  untilReady(child: Child): Promise<Readiness>;
}

export type Readiness =
  | { readonly ready: true; readonly port: number }
  | { readonly ready: false; readonly reason: 'port taken' };

/** The SDK announces for each start what it will need in 2027; our lock file decides that. */
const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
const readyTimeoutMs = 60_000;
const stopTimeoutMs = 15_000;
const pollMs = 50;

export function createAppProcess(options: AppProcessOptions): AppProcess {
  const { name, places } = options;
  const log: WriteStream = createWriteStream(join(places.logs, `${name}.log`), { mode: 0o600 });
  let listensOn: number | undefined;
  let portTaken = false;
  const take = (line: string): void => {
    log.write(`${line}\n`);
    listensOn = listeningPort(line) ?? listensOn;
    portTaken ||= line.includes('EADDRINUSE');
    options.onLine(line);
  };
  return {
    start: async () => {
      listensOn = undefined;
      portTaken = false;
      const port = String(await freePort(options.port));
      return startChild({
        name,
        command: process.execPath,
        args: [...nodeFlags(), ...memoryFlags(name), options.main],
        env: { ...compileCache(places), ...options.env, ...quiet, [options.portName]: port },
        cwd: places.root,
        output: { onLine: take },
        stopSignal: 'SIGTERM',
        stopTimeoutMs,
        run: places.run,
      });
    },
    untilReady: async (child) => {
      let ended: string | undefined;
      void child.exited.then((exit) => {
        ended = describeExit(exit);
      });
      const deadline = Date.now() + readyTimeoutMs;
      for (;;) {
        const port = listensOn;
        if (port !== undefined && (await isReady(port))) return { ready: true, port };
        if (ended !== undefined && portTaken) return { ready: false, reason: 'port taken' };
        if (ended !== undefined) throw new StackError(`The ${name} did not start (${ended}).`);
        if (Date.now() > deadline) {
          throw new StackError(`The ${name} was not ready after ${readyTimeoutMs / 1000} s.`);
        }
        await delay(pollMs);
      }
    },
  };
}

function listeningPort(line: string): number | undefined {
  const record = parseLogLine(line);
  const isListening = record?.event === 'http.listening' || record?.event === 'health.listening';
  return isListening && typeof record.port === 'number' ? record.port : undefined;
}

async function isReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
