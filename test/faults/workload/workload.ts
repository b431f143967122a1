// The load of a run: writers that change, readers that check. Writing can be stopped and gone on
// with, so that the cache can be looked at while nothing changes.

import { elapse, sharedSignal } from '../elapse.ts';
import type { Model } from '../model/model.ts';
import type { Sighting } from '../model/judge.ts';
import type { Referee } from '../model/referee.ts';
import type { Random } from '../random.ts';
import type { Actor } from '../world/actors.ts';
import { withSession } from '../world/sessions.ts';
import type { World } from '../world/world.ts';
import type { Deed, Scene } from './deed.ts';
import { createFilmDeeds, firstFilms } from './film-deeds.ts';
import { Attention } from './attention.ts';
import { Gate } from './gate.ts';
import { labelDeed } from './label-deeds.ts';
import { films, towns } from './names.ts';
import { readForever } from './reader.ts';
import { bulkDeed, createTownDeeds, firstTowns, truncateDeed } from './town-deeds.ts';
import { type Outcome, Writer } from './writer.ts';

export interface WorkloadOptions {
  readonly world: World;
  readonly random: Random;
  readonly model: Model;
  readonly referee: Referee;
  readonly readersPerApi: number;
  readonly readIntervalMs: number;
  onSighting(sighting: Sighting): void;
  onNoAnswer(status: number | null): void;
  onOutcome(outcome: Outcome, deed: Deed): void;
}

interface Task {
  readonly name: string;
  /** On average between the end of one deed and the next. */
  readonly pauseMs: number;
  readonly losable: boolean;
  /** It writes everybody's rows. */
  readonly alone?: boolean;
  next(scene: Scene): Deed;
}

const townWriters = 4;
const filmWriters = 2;

/** Each has rows of its own, all the n-th ones, so that every writer has hot and cold ones. */
const share = <Item>(items: readonly Item[], writers: number, index: number): Item[] =>
  items.filter((_, number) => number % writers === index);

const createTasks = (): readonly Task[] => [
  ...Array.from({ length: townWriters }, (_, index): Task => {
    const own = share(towns, townWriters, index);
    return {
      name: `faults-towns-${index + 1}`,
      pauseMs: 50,
      losable: index === 0,
      next: createTownDeeds(own),
    };
  }),
  ...Array.from({ length: filmWriters }, (_, index): Task => {
    const own = share(films, filmWriters, index);
    return {
      name: `faults-films-${index + 1}`,
      pauseMs: 90,
      losable: false,
      next: createFilmDeeds(own),
    };
  }),
  { name: 'faults-labels', pauseMs: 1500, losable: false, next: labelDeed },
  { name: 'faults-bulk', pauseMs: 12_000, losable: false, next: bulkDeed },
  { name: 'faults-truncate', pauseMs: 30_000, losable: false, alone: true, next: truncateDeed },
];

export class Workload {
  readonly gate = new Gate();
  readonly #options: WorkloadOptions;
  readonly #tasks = createTasks();
  readonly #attention = new Attention();
  readonly #writers: Writer[];
  readonly #randoms: readonly Random[];
  #version = 0;
  #writing = sharedSignal();
  #written: Promise<unknown> = Promise.resolve();
  readonly #reading = sharedSignal();

  constructor(options: WorkloadOptions) {
    const { world, referee, random } = options;
    this.#options = options;
    const onOutcome = (outcome: Outcome, deed: Deed): void => {
      this.#attention.attract(deed.changes);
      options.onOutcome(outcome, deed);
    };
    const shared = { referee, gate: this.gate, onOutcome };
    const urls = { url: world.writersUrl, adminUrl: world.servers.databaseUrl };
    this.#writers = this.#tasks.map((task) => new Writer({ ...task, ...urls, ...shared }));
    this.#randoms = this.#tasks.map(({ name }) => random.fork(name));
  }

  /** The rows that are there when the run begins. */
  async prepare(): Promise<void> {
    const { world, model } = this.#options;
    const nextVersion = (): number => this.#nextVersion();
    const parts = [firstTowns(nextVersion), firstFilms(nextVersion)];
    await withSession(world.servers.databaseUrl, async (session) => {
      for (const { text, values = [] } of parts.flatMap(({ statements }) => statements)) {
        await session.query(text, [...values]);
      }
    });
    model.declare(parts.flatMap(({ changes }) => changes));
  }

  startWriting(): void {
    this.#writing = sharedSignal();
    const { signal } = this.#writing;
    this.#written = Promise.all(this.#tasks.map((task, index) => this.#write(task, index, signal)));
    // Whoever stops the writing hears of it.
    this.#written.catch(() => undefined);
  }

  /** Resolves once every transaction is done, and known to be committed or not. */
  async stopWriting(): Promise<void> {
    this.#writing.abort();
    await this.#written;
  }

  startReading(): void {
    const { world, random, readersPerApi, readIntervalMs } = this.#options;
    const { onSighting, onNoAnswer } = this.#options;
    const { signal } = this.#reading;
    const readers = world.inRole('api').flatMap((api: Actor) =>
      Array.from({ length: readersPerApi }, (_, index) =>
        readForever({
          port: api.port,
          random: random.fork(`reader ${api.name} ${index}`),
          intervalMs: readIntervalMs,
          boundMs: world.boundMs,
          attention: this.#attention,
          signal,
          onSighting,
          onNoAnswer,
        }),
      ),
    );
    void Promise.all(readers);
  }

  /** For the end of a run, which may come in the middle of anything: waits for nothing. */
  abandon(): void {
    this.#reading.abort();
    this.#writing.abort();
  }

  async #write(task: Task, index: number, signal: AbortSignal): Promise<void> {
    const { model } = this.#options;
    const writer = this.#writers[index];
    const random = this.#randoms[index];
    if (writer === undefined || random === undefined) return;
    const scene: Scene = {
      random,
      valueOf: (cell) => model.latest(cell),
      nextVersion: () => this.#nextVersion(),
    };
    let nextAfterMs: number | undefined;
    while (!signal.aborted) {
      // Mostly soon, now and then much later.
      const byChanceMs = -Math.log(1 - random.next()) * task.pauseMs;
      await elapse(nextAfterMs ?? byChanceMs, signal);
      if (signal.aborted) return;
      await writer.perform(() => {
        const deed = task.next(scene);
        nextAfterMs = deed.nextAfterMs;
        return deed;
      }, task.alone ?? false);
    }
  }

  #nextVersion(): number {
    this.#version += 1;
    return this.#version;
  }
}
