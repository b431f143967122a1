// Something that runs and can be killed or stopped, and that a supervisor starts again.

import { spawnSync } from 'node:child_process';
import { type Child, signalProcess } from '../../../stack/child.ts';
import { supervise } from '../../../stack/supervisor.ts';
import { elapse, persist } from '../elapse.ts';

export interface VictimOptions {
  readonly name: string;
  start(): Promise<Child>;
  /** Resolves when it answers; rejects or resolves with false while it does not. */
  isUp(): Promise<boolean>;
  say(text: string): void;
}

const backOff = { firstMs: 200, maxMs: 2000, stableMs: 4000 };
/** Far more than it takes: a machine may be busy, and a crash must not go unexamined. */
const upTimeoutMs = 240_000;
const pollMs = 50;
const freezeWithinMs = 2000;

export class Victim {
  readonly name: string;
  readonly #options: VictimOptions;
  #child: Child | undefined;
  #stopSupervising: () => Promise<void> = () => Promise.resolve();
  #deaths = 0;

  constructor(options: VictimOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pid(): number {
    if (this.#child === undefined) throw new Error(`${this.name} does not run.`);
    return this.#child.pid;
  }

  /** How often it has ended, for whatever reason. */
  get deaths(): number {
    return this.#deaths;
  }

  async start(): Promise<void> {
    const { name, say } = this.#options;
    const start = async (): Promise<Child> => {
      const child = await this.#options.start();
      this.#child = child;
      void child.exited.then(() => {
        this.#deaths += 1;
        if (this.#child === child) this.#child = undefined;
      });
      return child;
    };
    const supervised = supervise(await start(), { name, start, say, backOff });
    this.#stopSupervising = () => supervised.stop();
  }

  async stop(): Promise<void> {
    if (this.#child !== undefined) this.resume();
    await this.#stopSupervising();
  }

  /** With SIGKILL; resolves once it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) throw new Error(`${this.name} does not run.`);
    child.kill();
    await child.exited;
  }

  async untilUp(): Promise<void> {
    const untilMs = performance.now() + upTimeoutMs;
    // A port may already answer while the start is not yet known to be over.
    while (this.#child === undefined || !(await this.#options.isUp().catch(() => false))) {
      if (performance.now() > untilMs) throw new Error(`${this.name} does not come back.`);
      await elapse(pollMs);
    }
  }

  /** With SIGSTOP, children included; resolves once they really stand still. */
  async freeze(): Promise<void> {
    const stop = async (): Promise<void> => {
      const pids = this.#family();
      for (const pid of pids) signalProcess(pid, 'SIGSTOP');
      if (pids.length === 0 || !areStopped(pids)) throw new Error(`${this.name} does not stop.`);
    };
    await persist(stop, { forMs: freezeWithinMs, pauseMs: 10 });
  }

  resume(): void {
    for (const pid of this.#family()) signalProcess(pid, 'SIGCONT');
  }

  /** Postgres has a process per session, each in a group of its own. */
  #family(): number[] {
    return this.#child === undefined ? [] : [this.#child.pid, ...childrenOf(this.#child.pid)];
  }
}

function childrenOf(parent: number): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [pid, ppid] = line.trim().split(/\s+/).map(Number);
    return pid !== undefined && ppid === parent ? [pid] : [];
  });
}

/** One that ended meanwhile is not listed. */
function areStopped(pids: readonly number[]): boolean {
  const words = ['-o', 'state=', '-p', pids.join(',')];
  const { stdout } = spawnSync('ps', words, { encoding: 'utf8' });
  const states = stdout.split('\n').filter((line) => line.trim() !== '');
  return states.length > 0 && states.every((state) => /^\s*[TtZX]/.test(state));
}
