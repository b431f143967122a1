// The processes of a run: API, listener and cleaner from the source tree that is tested, or those
// of the control arm. Each writes its log to a file and is started again when it dies.

import { join } from 'node:path';
import { type Child, startChild } from '../../../stack/child.ts';
import { nodeFlags } from '../../../stack/node-flags.ts';
import type { Places } from '../../../stack/places.ts';
import { freePort } from '../../../stack/ports.ts';
import { Victim } from './victim.ts';

export type Role = 'api' | 'cleaner' | 'listener';

export interface ActorOptions {
  readonly role: Role;
  /** 'api-1'. */
  readonly name: string;
  /** From the source tree: 'api/main.ts'. */
  readonly main: string;
  readonly source: string;
  readonly env: Readonly<Record<string, string>>;
  readonly places: Places;
  say(text: string): void;
}

const clock = new URL('../skewed-clock.mjs', import.meta.url).href;
const stopTimeoutMs = 8000;

export class Actor extends Victim {
  readonly role: Role;
  /** Of its HTTP server: the API's, or the one for probes. */
  readonly port: number;
  readonly logFile: string;
  readonly #clock: { skewMs: number };

  private constructor(options: ActorOptions, port: number, own: { skewMs: number }) {
    const logFile = join(options.places.logs, `${options.name}.log`);
    super({
      name: options.name,
      start: () => startActor(options, { port, logFile, ...own }),
      isUp: async () => {
        const url = `http://127.0.0.1:${port}/livez`;
        return (await fetch(url, { signal: AbortSignal.timeout(1000) })).ok;
      },
      say: options.say,
    });
    this.role = options.role;
    this.port = port;
    this.logFile = logFile;
    this.#clock = own;
  }

  static async create(options: ActorOptions): Promise<Actor> {
    return new Actor(options, await freePort(), { skewMs: 0 });
  }

  /** From its next start on its clock is wrong by this. */
  skewClock(skewMs: number): void {
    this.#clock.skewMs = skewMs;
  }
}

interface Start {
  readonly port: number;
  readonly logFile: string;
  readonly skewMs: number;
}

function startActor(options: ActorOptions, { port, logFile, skewMs }: Start): Promise<Child> {
  const { role, name, main, source, places } = options;
  const skewed = skewMs === 0 ? [] : ['--import', clock];
  return startChild({
    name,
    command: process.execPath,
    args: [...nodeFlags(), ...skewed, main],
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      ...options.env,
      [role === 'api' ? 'PORT' : 'HEALTH_PORT']: String(port),
      CLOCK_SKEW_MS: String(skewMs),
    },
    cwd: source,
    output: { file: logFile },
    stopSignal: 'SIGTERM',
    stopTimeoutMs,
    run: places.run,
  });
}
