// Reads one code all the time, over every API, and holds each answer against what was committed
// when: around the cache none may be old, and from it none older than the bound, unless it says so.

import assert from 'node:assert/strict';
import type { Pipeline } from './pipeline.ts';
import type { RunningProcess, TestScope } from './processes.ts';

const intervalMs = 25;

interface City {
  population: number;
}

export class ReadWitness {
  readonly #pipeline: Pipeline;
  readonly #code: string;
  readonly #boundMs: number;
  #population = 1;
  /** By population: when the commit that replaced it was over. */
  readonly #replacedAtMs = new Map<number, number>();
  readonly #complaints: string[] = [];
  #reads = 0;

  constructor(pipeline: Pipeline, code: string, boundMs: number) {
    this.#pipeline = pipeline;
    this.#code = code;
    this.#boundMs = boundMs;
  }

  /** The rows as they must be read after the last write. */
  get rows(): unknown {
    return [{ name: 'Town', population: this.#population }];
  }

  async insert(): Promise<void> {
    await this.#pipeline.sql(`insert into city (name, countrycode, population)
                              values ('Town', '${this.#code}', ${this.#population})`);
  }

  async write(): Promise<void> {
    const before = this.#population;
    this.#population += 1;
    await this.#pipeline.sql(`update city set population = ${this.#population}
                               where countrycode = '${this.#code}'`);
    this.#replacedAtMs.set(before, performance.now());
  }

  /** A read that fails tells nothing about the cache. */
  async read(api: RunningProcess): Promise<void> {
    const beforeMs = performance.now();
    const response = await fetch(`${await api.url()}/cities/${this.#code}`);
    const body = (await response.json()) as { data?: City[] };
    const status = response.headers.get('cache-status') ?? '';
    const population = body.data?.[0]?.population;
    if (population === undefined || status.includes('stale-if-error')) {
      return;
    }
    this.#reads += 1;
    const allowedMs = status.includes('fwd=bypass') ? 0 : this.#boundMs;
    const replacedAtMs = this.#replacedAtMs.get(population) ?? Number.POSITIVE_INFINITY;
    const ageMs = Math.round(beforeMs - replacedAtMs);
    if (ageMs > allowedMs) {
      this.#complaints.push(`population ${population}, ${ageMs} ms after it changed: ${status}`);
    }
  }

  assertNothingOld(): void {
    assert.ok(this.#reads > 0, 'nothing was read');
    assert.deepEqual(this.#complaints, [], `of ${this.#reads} reads`);
  }
}

/** Reads until the test ends. */
export async function startReadWitness(
  scope: TestScope,
  pipeline: Pipeline,
  { code, boundMs }: { code: string; boundMs: number },
): Promise<ReadWitness> {
  const witness = new ReadWitness(pipeline, code, boundMs);
  await witness.insert();
  const reading = new Map<RunningProcess, Promise<void>>();
  const readOnce = (api: RunningProcess) => {
    if (!reading.has(api)) {
      const read = witness.read(api).catch(() => undefined);
      reading.set(api, read);
      void read.then(() => reading.delete(api));
    }
  };
  const timer = setInterval(() => pipeline.apis.forEach(readOnce), intervalMs);
  scope.after(async () => {
    clearInterval(timer);
    await Promise.all(reading.values());
  });
  return witness;
}
