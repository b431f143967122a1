// The shape that every local server has. `prepare` gets the program (downloading it if need be) and
// a data folder; the result says how to start it and how its own output shows that it is ready.
// Its own output, because a port that answers might belong to another checkout's server.

import type { Places } from '../places.ts';

export interface LocalServer {
  readonly name: 'kafka' | 'object-store' | 'postgres' | 'redis';
  readonly defaultPort: number;
  prepare(context: PrepareContext): Promise<PreparedServer>;
}

export interface PrepareContext {
  readonly places: Places;
  /** One short line about what is going on, for the person who waits. */
  report(progress: string): void;
}

export interface PreparedServer {
  /** What it is, with its version: 'Kafka 4.1.1'. */
  readonly title: string;
  launch(port: number): Promise<Launch>;
  /** The settings by which our processes reach it. */
  env(port: number): Record<string, string>;
}

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly readyWhen: RegExp;
  readonly stopSignal: NodeJS.Signals;
  /** After it is ready, before anybody uses it. */
  readonly afterStart?: () => Promise<void>;
}
