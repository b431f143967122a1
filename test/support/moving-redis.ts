// An installation whose Redis can be replaced under it: the API, and whoever applies the changes
// (a cleaner, or without Kafka the listener), each reach it by an address of their own, which can
// be led to another server at any moment, be cut, silent or slow.

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { eventually } from './eventually.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';
import type { RunningProcess, TestScope } from './processes.ts';
import { startReadWitness, type ReadWitness } from './read-witness.ts';
import { connectRedis, type RedisDatabase } from './redis.ts';
import { reverseScope } from './scope.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const boundMs = 2000;
const code = 'BGR';
const key = `cities_${code}`;
const path = `/cities/${code}`;

interface Addresses {
  /** For the API. */
  readers: TcpProxy;
  /** For whoever applies the changes. */
  applier: TcpProxy;
  /** For the test: it follows the readers, but is never silent or slow. */
  observer: TcpProxy;
}

export class MovingRedis {
  readonly pipeline: Pipeline;
  /** Reads and writes the code that all of this is about. */
  readonly witness: ReadWitness;
  readonly readers: TcpProxy;
  readonly applier: TcpProxy;
  readonly #observer: TcpProxy;
  readonly #scope: TestScope;

  constructor(parts: {
    scope: TestScope;
    pipeline: Pipeline;
    witness: ReadWitness;
    addresses: Addresses;
  }) {
    this.#scope = parts.scope;
    this.pipeline = parts.pipeline;
    this.witness = parts.witness;
    this.readers = parts.addresses.readers;
    this.applier = parts.addresses.applier;
    this.#observer = parts.addresses.observer;
  }

  get api(): RunningProcess {
    return found(this.pipeline.apis[0]);
  }

  /** The process that applies the changes. */
  get applying(): RunningProcess {
    return found(this.pipeline.cleaners[0] ?? this.pipeline.listeners[0]);
  }

  /** Our database on one server, wherever the addresses lead. */
  async connectTo(serverUrl: string): Promise<RedisDatabase> {
    return await connectRedis(this.#scope, this.urlOn(serverUrl));
  }

  urlOn(serverUrl: string): string {
    return new URL(new URL(this.pipeline.redis.url).pathname, serverUrl).href;
  }

  async pointReadersTo(serverUrl: string): Promise<void> {
    await this.readers.pointTo(serverUrl);
    await this.#observer.pointTo(serverUrl);
    await this.waitUntilReached();
  }

  /** The test itself has connected again: a command under way is lost with its connection. */
  async waitUntilReached(): Promise<void> {
    const ping = () => this.pipeline.redis.command<string>('PING');
    await eventually(ping, { what: 'Redis to answer the test', timeoutMs: 60_000 });
  }

  assertNoneEnded(): void {
    const { apis, listeners, cleaners } = this.pipeline;
    for (const { logs, hasEnded } of [...apis, ...listeners, ...cleaners]) {
      assert.equal(hasEnded, false);
      assert.deepEqual(
        logs.filter(({ level }) => level === 'fatal'),
        [],
      );
    }
  }

  /** The entry, cached, as the last write left the row. */
  async warm(): Promise<string> {
    return await eventually(
      async () => {
        const { data } = await this.pipeline.warm(path);
        assert.deepEqual(data, this.witness.rows);
        return (await this.#isStored()) ? ((await this.entry()) ?? undefined) : undefined;
      },
      { what: 'the entry to be cached as the row is', timeoutMs: 60_000 },
    );
  }

  async entry(): Promise<string | null> {
    return await this.pipeline.entry(key);
  }

  async writeAndApply(): Promise<void> {
    await this.witness.write();
    await this.pipeline.waitUntilApplied();
  }

  /**
   * The API reads around the cache for one of these reasons, tells the truth, and stores nothing.
   * A round that begins before the bypass has settled is repeated; the witness sees every answer.
   */
  async assertBypassed(...reasons: string[]): Promise<void> {
    const round = async (): Promise<true> => {
      assert.ok(reasons.includes((await this.#bypass()) ?? 'none'), 'the reason');
      await this.witness.write();
      for (let read = 0; read < 3; read += 1) {
        const answer = await this.pipeline.get(path);
        assert.deepEqual(answer, { source: 'database', data: this.witness.rows });
      }
      assert.ok(!(await this.#isStored()), 'stored nothing');
      return true;
    };
    const what = `a bypass for the reason ${reasons.join(' or ')}`;
    await eventually(round, { what, timeoutMs: 60_000 });
    this.witness.assertNothingOld();
  }

  /** What is applied next finds that it does not continue, and flushes; then all is well again. */
  async assertFlushedAndTrusted(since: number): Promise<void> {
    const isFlush = ({ event, resource, reason }: Record<string, unknown>) =>
      /^(redis|cache)_sink\.flush$/.test(String(event)) &&
      resource === 'city' &&
      reason === 'discontinuity';
    await this.applying.waitForLine('the flush', isFlush, { since, timeoutMs: 60_000 });
    await this.assertHealed();
  }

  async assertHealed(): Promise<void> {
    await this.pipeline.waitUntilApplied();
    await this.warm();
    await this.writeAndApply();
    await this.warm();
    this.witness.assertNothingOld();
  }

  /** Whether the entry is the row as the last write left it. */
  async #isStored(): Promise<boolean> {
    const entry = await this.entry();
    return (
      entry?.startsWith('[') === true && isDeepStrictEqual(JSON.parse(entry), this.witness.rows)
    );
  }

  async #bypass(): Promise<string | null | undefined> {
    return (await this.pipeline.health(this.api)).resources.city?.bypass;
  }
}

export async function startMovingRedis(
  outer: TestScope,
  serverUrl: string,
  { kafkaEnabled = true } = {},
): Promise<MovingRedis> {
  const scope = reverseScope(outer);
  const [readers, applier, observer] = [
    await startTcpProxy(scope, serverUrl),
    await startTcpProxy(scope, serverUrl),
    await startTcpProxy(scope, serverUrl),
  ];
  const pipeline = await startPipeline(scope, {
    ...{ apis: 0, listeners: 0, cleaners: 0, trusted: false },
    servers: { REDIS_URL: observer.through(serverUrl) },
    env: { STALENESS_BOUND_MS: String(boundMs), ENABLE_KAFKA: String(kafkaEnabled) },
  });
  const applierEnv = { REDIS_URL: applier.through(pipeline.redis.url) };
  pipeline.startListener(applierEnv);
  if (kafkaEnabled) {
    pipeline.startCleaner(applierEnv);
  }
  pipeline.startApi({ REDIS_URL: readers.through(pipeline.redis.url) });
  const witness = await startReadWitness(scope, pipeline, { code, boundMs });
  await pipeline.waitUntilApplied();
  return new MovingRedis({
    scope,
    pipeline,
    witness,
    addresses: { readers, applier, observer },
  });
}

function found(process: RunningProcess | undefined): RunningProcess {
  assert.ok(process, 'the process runs');
  return process;
}
