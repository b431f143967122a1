// What a watcher is shown each second, as JSON: the page draws it and knows nothing else.

export type HopState = 'bad' | 'ok' | 'unknown' | 'warn';

export interface Hop {
  state: HopState;
  /** Per second. */
  rate: number | null;
  /** What waits here. */
  backlog: number | null;
  /** In a word or two: who leads, how many there are. */
  role: string;
  error: string | null;
}

export interface Hops {
  postgres: Hop & { oldestMs: number | null; capped: boolean };
  listener: Hop;
  kafka: Hop;
  cleaner: Hop;
  redis: Hop & { lagMs: number | null };
  api: Hop;
}

export interface ResourceRow {
  name: string;
  lagMs: number | null;
  boundMs: number;
  bypass: string | null;
  /** In the last second, by this process. */
  reads: number;
  hits: number;
}

/** One second of the quarter of an hour that the page can show. */
export interface Point {
  at: number;
  reads: number;
  hits: number;
  /** `city: lag`. */
  bypass: string[];
  /** Hops that are away. */
  away: string[];
}

export interface State {
  verdict: { state: HopState; words: string };
  hops: Hops;
  resources: ResourceRow[];
  latency: Latency;
  point: Point;
}

export interface Latency {
  boundsMs: number[];
  /** One more than bounds: the rest. */
  counts: number[];
}

export interface PassedInvalidation {
  at: number;
  resource: string;
  action: string;
  code: string;
  publishedMs: number | null;
  appliedMs: number | null;
}
