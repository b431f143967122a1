// The whole pipeline as real processes on a database, topics, group and Redis of its own.

import { cachedResources } from '../../contract/resources.ts';
import { type Database, createDatabase } from './database.ts';
import { createTopicNamespace } from './kafka.ts';
import { type RunningProcess, startProcess, type TestScope } from './processes.ts';
import { createRedisDatabase, type RedisDatabase } from './redis.ts';
import { eventually } from './eventually.ts';
import { reverseScope } from './scope.ts';
import { keepCacheTrusted } from './trusted-cache.ts';
import { type ServerAddresses, servers } from './servers.ts';

export interface PipelineOptions {
  apis?: number;
  listeners?: number;
  cleaners?: number;
  /** Servers of the test's own, instead of the shared ones. */
  servers?: Partial<ServerAddresses>;
  /** Without workers: whether a stand-in keeps the cache trusted. Default true. */
  trusted?: boolean;
  /** Further settings for every process. */
  env?: Record<string, string>;
}

export interface Answer {
  source: string;
  data: unknown;
}

export interface Health {
  status: string;
  checks: Record<string, { status: string }>;
  resources: Record<string, { lag_ms: number | null; bound_ms: number; bypass: string | null }>;
}

interface StoredPosition {
  heartbeat: { atMs: number; partitionCount: number } | null;
}

export class Pipeline {
  readonly database: Database;
  readonly redis: RedisDatabase;
  readonly namespace: string;
  readonly apis: RunningProcess[] = [];
  readonly listeners: RunningProcess[] = [];
  readonly cleaners: RunningProcess[] = [];
  readonly auditors: RunningProcess[] = [];
  readonly #scope: TestScope;
  readonly #env: Record<string, string>;

  constructor(parts: {
    scope: TestScope;
    database: Database;
    redis: RedisDatabase;
    namespace: string;
    env: Record<string, string>;
  }) {
    this.#scope = parts.scope;
    this.database = parts.database;
    this.redis = parts.redis;
    this.namespace = parts.namespace;
    this.#env = parts.env;
  }

  /** @param main that of another source, to compare */
  startApi(env: Record<string, string> = {}, main = 'api/main.ts'): RunningProcess {
    return this.#start(this.apis, main, { PORT: '0', ...env });
  }

  startListener(env: Record<string, string> = {}): RunningProcess {
    return this.#start(this.listeners, 'workers/listener/main.ts', { HEALTH_PORT: '0', ...env });
  }

  startCleaner(env: Record<string, string> = {}): RunningProcess {
    return this.#start(this.cleaners, 'workers/cleaner/main.ts', { HEALTH_PORT: '0', ...env });
  }

  /** As fast as it goes, and without the doctor on duty, unless told otherwise. */
  startAuditor(env: Record<string, string> = {}): RunningProcess {
    const unpaced = {
      HEALTH_PORT: '0',
      AUDIT_COMPARISONS_PER_SECOND: '0',
      DOCTOR_INTERVAL_SECONDS: '0',
    };
    return this.#start(this.auditors, 'workers/auditor/main.ts', { ...unpaced, ...env });
  }

  /** For every process started from now on. */
  enableKafka(enabled: boolean): void {
    this.#env.ENABLE_KAFKA = String(enabled);
  }

  topic(name: string): string {
    return this.namespace + name;
  }

  async sql<R extends object = Record<string, unknown>>(text: string): Promise<R[]> {
    return await this.database.query<R>(text);
  }

  /** The database's clock, in ms since the epoch, rounded up. */
  async databaseNowMs(): Promise<number> {
    const [row] = await this.sql<{ ms: string }>(
      'select ceil(extract(epoch from clock_timestamp()) * 1000)::text as ms',
    );
    return Number(row?.ms);
  }

  /** The parsed body of a GET on the n-th API. */
  async get(path: string, api = 0): Promise<Answer> {
    const response = await fetch(`${await this.#apiUrl(api)}${path}`);
    return (await response.json()) as Answer;
  }

  /** Reads until the answer comes from the cache, so that what follows has an entry to void. */
  async warm(path: string): Promise<Answer> {
    return await eventually(
      async () => {
        const answer = await this.get(path);
        return answer.source === 'cache' ? answer : undefined;
      },
      { what: `${path} to be cached` },
    );
  }

  /** The entry of a code, or null. */
  async entry(key: string): Promise<string | null> {
    return await this.redis.command<string | null>('GET', key);
  }

  /** Everything committed by now has been published, and applied to Redis. */
  async waitUntilApplied(): Promise<void> {
    const nowMs = await this.databaseNowMs();
    await eventually(
      async () => {
        const fields = await this.redis.command<Record<string, string>>(
          'HGETALL',
          'cache_position',
        );
        const topics = cachedResources.map(({ topic }) => this.topic(topic));
        return topics.every((topic) => isCurrent(fields, topic, nowMs)) || undefined;
      },
      { what: 'a new heartbeat through every partition', timeoutMs: 120_000 },
    );
  }

  /** Every API reads from the cache. */
  async waitUntilTrusted(): Promise<void> {
    for (const api of this.apis) {
      await eventually(
        async () => {
          const { resources } = await this.health(api);
          const reasons = Object.values(resources).map(({ bypass }) => bypass);
          return reasons.every((reason) => reason === null || reason === 'off') ? true : undefined;
        },
        { what: 'the API to trust the cache', timeoutMs: 40_000 },
      );
    }
  }

  async health(api: RunningProcess): Promise<Health> {
    return (await (await fetch(`${await api.url()}/health`)).json()) as Health;
  }

  async #apiUrl(index: number): Promise<string> {
    const api = this.apis[index];
    if (api === undefined) {
      throw new Error(`there is no API number ${index}`);
    }
    return await api.url();
  }

  #start(group: RunningProcess[], main: string, env: Record<string, string>): RunningProcess {
    const started = startProcess(this.#scope, { main, env: { ...this.#env, ...env } });
    group.push(started);
    return started;
  }
}

/** Every partition that a topic's heartbeats announce, and no other, has one after that time. */
function isCurrent(fields: Record<string, string>, topic: string, databaseMs: number): boolean {
  const heartbeats = Object.entries(fields)
    .filter(([field]) => field.startsWith(`${topic}/`))
    .map(([, text]) => (JSON.parse(text) as StoredPosition).heartbeat);
  const counts = heartbeats.map((heartbeat) => heartbeat?.partitionCount ?? 0);
  return (
    heartbeats.length > 0 &&
    heartbeats.length === Math.max(...counts) &&
    heartbeats.every((heartbeat) => (heartbeat?.atMs ?? 0) > databaseMs)
  );
}

export async function startPipeline(
  outer: TestScope,
  options: PipelineOptions = {},
): Promise<Pipeline> {
  const { apis = 1, listeners = 1, cleaners = 1 } = options;
  const scope = reverseScope(outer);
  const addresses = { ...servers(), ...options.servers };
  const namespace = createTopicNamespace(scope, addresses.KAFKA_BOOTSTRAP_SERVERS);
  const serverUrl = addresses.DATABASE_URL;
  const database = await createDatabase(scope, { migrated: true, serverUrl });
  const redis = await createRedisDatabase(scope, addresses.REDIS_URL);
  const env: Record<string, string> = {
    ...addresses,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    TOPIC_NAMESPACE: namespace,
    HEARTBEAT_INTERVAL_MS: '100',
    LOG_LEVEL: 'debug',
    ...options.env,
  };
  const pipeline = new Pipeline({ scope, database, redis, namespace, env });
  const standIn = listeners === 0 && cleaners === 0 && options.trusted !== false;
  if (standIn) {
    await keepCacheTrusted(scope, { database, redis, namespace });
  }
  for (let count = 0; count < listeners; count += 1) {
    pipeline.startListener();
  }
  for (let count = 0; count < cleaners; count += 1) {
    pipeline.startCleaner();
  }
  for (let count = 0; count < apis; count += 1) {
    pipeline.startApi();
  }
  const flows = listeners > 0 && (cleaners > 0 || env.ENABLE_KAFKA === 'false');
  if (flows) {
    await pipeline.waitUntilApplied();
  }
  if (standIn || flows) {
    await pipeline.waitUntilTrusted();
  }
  return pipeline;
}
