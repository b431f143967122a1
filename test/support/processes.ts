// Starts the real processes for a test: each in its own process group, with an explicit
// environment, its log lines parsed, and ended with the test whatever happened in between.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A test's context, or node:test's own `{ after }` where a whole file shares a process. */
export interface TestScope {
  after(cleanUp: () => Promise<void> | void): void;
}

export interface ProcessOptions {
  /** From the root of the checkout: `api/main.ts`. */
  main: string;
  /** All that the process sees, besides PATH and HOME. */
  env: Record<string, string>;
  args?: readonly string[];
}

export interface LogLine {
  level: string;
  event: string;
  msg: string;
  [field: string]: unknown;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface WaitOptions {
  where?: (line: LogLine) => boolean;
  /** Only lines from this index of `logs` on: `process.logs.length` taken before the deed. */
  since?: number;
  timeoutMs?: number;
}

const waitTimeoutMs = 30_000;
const stopTimeoutMs = 20_000;

export class RunningProcess {
  readonly logs: LogLine[] = [];
  readonly exited: Promise<Exit>;
  readonly pid: number;
  readonly #name: string;
  /** Everything printed that is not a log line. */
  #otherOutput = '';
  #exit: Exit | undefined;
  readonly #changes = new EventEmitter().setMaxListeners(0);

  constructor(name: string, child: ChildProcess) {
    assert.ok(child.pid !== undefined && child.stdout && child.stderr, `${name} did not start`);
    this.#name = name;
    this.pid = child.pid;
    createInterface({ input: child.stdout }).on('line', (line) => this.#take(line));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#otherOutput += text;
    });
    this.exited = once(child, 'close').then(([code, signal]) => {
      this.#exit = { code, signal };
      this.#changes.emit('change');
      return this.#exit;
    });
  }

  get hasEnded(): boolean {
    return this.#exit !== undefined;
  }

  /** What it printed on stderr, and on stdout where that was not a log line. */
  get otherOutput(): string {
    return this.#otherOutput;
  }

  /** The first such line, already printed or still to come; rejects if the process ends. */
  async waitForEvent(event: string, options: WaitOptions = {}): Promise<LogLine> {
    const { where = () => true } = options;
    return await this.waitForLine(event, (line) => line.event === event && where(line), options);
  }

  /** Where its HTTP server listens, once it does; set PORT or HEALTH_PORT to 0. */
  async url(): Promise<string> {
    const isListening = (line: LogLine) => /^(http|health)\.listening$/.test(line.event);
    const { port } = await this.waitForLine('where it listens', isListening, {});
    return `http://127.0.0.1:${String(port)}`;
  }

  /** To the whole group; false when it has ended already. */
  kill(signal: NodeJS.Signals): boolean {
    return this.#exit === undefined && killGroup(this.pid, signal);
  }

  /** Asks it to stop and waits until it has. */
  async stop(): Promise<Exit> {
    this.kill('SIGTERM');
    return await this.waitForExit(stopTimeoutMs);
  }

  async waitForExit(timeoutMs = waitTimeoutMs): Promise<Exit> {
    const expired = once(AbortSignal.timeout(timeoutMs), 'abort').then(() => undefined);
    const exit = await Promise.race([this.exited, expired]);
    assert.ok(exit, this.#describe(`did not end in ${timeoutMs} ms`));
    return exit;
  }

  /** The first line that matches, already printed or still to come; rejects if the process ends. */
  async waitForLine(
    what: string,
    matches: (line: LogLine) => boolean,
    { since = 0, timeoutMs = waitTimeoutMs }: Omit<WaitOptions, 'where'> = {},
  ): Promise<LogLine> {
    const deadline = AbortSignal.timeout(timeoutMs);
    for (;;) {
      const found = this.logs.slice(since).find(matches);
      if (found !== undefined) {
        return found;
      }
      assert.ok(this.#exit === undefined, this.#describe(`ended without logging ${what}`));
      assert.ok(!deadline.aborted, this.#describe(`did not log ${what} in ${timeoutMs} ms`));
      await once(this.#changes, 'change', { signal: deadline }).catch(() => undefined);
    }
  }

  #take(line: string): void {
    const parsed = parseLogLine(line);
    if (parsed === null) {
      this.#otherOutput += `${line}\n`;
    } else {
      this.logs.push(parsed);
    }
    this.#changes.emit('change');
  }

  #describe(complaint: string): string {
    const recent = this.logs.slice(-15).map((line) => JSON.stringify(line));
    const exit = this.#exit === undefined ? [] : [`it ended with ${JSON.stringify(this.#exit)}`];
    return [`${this.#name} ${complaint}`, ...exit, ...recent, this.#otherOutput].join('\n');
  }
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const running = new Set<number>();

/** Does not wait for anything: see `url()` and `waitForEvent`. */
export function startProcess(scope: TestScope, options: ProcessOptions): RunningProcess {
  if (running.size === 0) {
    endGroupsWithThisProcess();
  }
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(
    process.execPath,
    [...typeScriptArguments(), ...endWithParent, options.main, ...(options.args ?? [])],
    {
      cwd: root,
      detached: true,
      env: { PATH, HOME, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  const started = new RunningProcess(options.main, child);
  running.add(started.pid);
  scope.after(async () => {
    started.kill('SIGKILL');
    await started.exited;
    running.delete(started.pid);
  });
  return started;
}

/** Node runs TypeScript by itself from 22.18 on. */
function typeScriptArguments(): string[] {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18) ? [] : ['--import', 'tsx'];
}

/** A test that is killed outright can end nothing; its children see their standard input close. */
const endWithParent = [
  '--import',
  `data:text/javascript,${encodeURIComponent(
    "process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL')).resume().unref();",
  )}`,
];

/** A group of its own does not hear Ctrl-C, nor that the test runner was ended. */
function endGroupsWithThisProcess(): void {
  process.on('exit', () => {
    for (const pid of running) {
      killGroup(pid, 'SIGKILL');
    }
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => process.exit(1));
  }
}

function killGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') {
      return false;
    }
    throw error;
  }
}

function parseLogLine(line: string): LogLine | null {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null && 'event' in parsed
      ? (parsed as LogLine)
      : null;
  } catch {
    return null;
  }
}
