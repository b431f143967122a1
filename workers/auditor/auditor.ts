// The step: takes entries from both sources in turn, looks, and where cache and database differ
// looks again once the bound has passed. A server that is away makes it wait, never conclude.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TopicPositions } from '../../cache/position.ts';
import type { CachedResource } from '../../contract/resources.ts';
import { describeError, TransientError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { createBackoff, pause } from '../../platform/retry.ts';
import type { Component } from '../../platform/run-process.ts';
import type { Keyspace } from './keyspace.ts';
import type { Observer } from './observer.ts';
import type { Pace } from './pace.ts';
import { type Subject, subjectKey } from './subject.ts';
import { judgeLook, judgeSecondLook, type Look, type Verdict } from './verdict.ts';
import { WaitingList } from './waiting-list.ts';

/** An entry that is stale, and what proves it. */
export interface StaleEntry {
  subject: Subject;
  first: Look;
  second: Look;
  positions: TopicPositions;
}

export interface AuditorOptions {
  /** Where rows have changed; absent where no messages tell. */
  changes?: { next(): Subject | undefined };
  keyspace: Pick<Keyspace, 'next'>;
  observer: Pick<Observer, 'look' | 'readDatabaseMs' | 'readPositions'>;
  topicOf: (resource: CachedResource) => string;
  pace: Pace;
  boundMs: number;
  onVerdict: (resource: CachedResource, verdict: Verdict) => void;
  onStale: (found: StaleEntry) => void;
  logger: Logger;
}

interface Suspicion {
  subject: Subject;
  look: Look;
  databaseMs: number;
}

/** Each holds the texts that differ, until the second look. */
const suspicionsMax = 100;
/** Over the bound: the lag is measured in steps, and rounded. */
const marginMs = 250;
const idleMs = 50;

export class Auditor implements Component {
  readonly name = 'auditor';
  readonly #options: AuditorOptions;
  readonly #logger: Logger;
  readonly #suspicions: WaitingList<Suspicion>;
  readonly #stopping = new AbortController();
  readonly #backoff = createBackoff({ firstMs: 100, maxMs: 3000 });
  #running: Promise<void> = Promise.resolve();
  #complained = false;
  #turns = 0;

  constructor(options: AuditorOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ component: 'auditor' });
    const waitMs = options.boundMs + marginMs;
    this.#suspicions = new WaitingList({ waitMs, itemsMax: suspicionsMax });
  }

  async start(): Promise<void> {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const waitMs = this.#options.pace.takeTurn(performance.now());
      // Without a limit too, whatever else this process does must get its turn.
      await (waitMs > 0 ? pause(waitMs, signal) : nextTurn());
      const worked = await this.#attempt();
      if (!worked) {
        await pause(idleMs, signal);
      }
    }
  }

  /** False: there was nothing to do. */
  async #attempt(): Promise<boolean> {
    try {
      const suspicion = this.#suspicions.takeDue(performance.now());
      if (suspicion !== undefined) {
        await this.#watched(suspicion.subject, () => this.#lookAgain(suspicion));
        return true;
      }
      const subject = await this.#nextSubject();
      if (subject === undefined || this.#suspicions.has(subjectKey(subject))) {
        return false;
      }
      await this.#watched(subject, () => this.#look(subject));
      return true;
    } catch (error) {
      await this.#wait(error);
      return true;
    }
  }

  /** In turn, so that a steady stream of changes does not hide the rest. */
  async #nextSubject(): Promise<Subject | undefined> {
    const { changes, keyspace } = this.#options;
    this.#turns += 1;
    const changed = this.#turns % 2 === 0 ? changes?.next() : undefined;
    return changed ?? (await keyspace.next()) ?? changes?.next();
  }

  async #look(subject: Subject): Promise<Verdict | null> {
    const { observer } = this.#options;
    const look = await observer.look(subject);
    const verdict = judgeLook(look);
    if (verdict !== 'suspect') {
      return verdict;
    }
    // Read after the look: whatever that saw was committed before.
    const databaseMs = await observer.readDatabaseMs();
    const suspicion = { subject, look, databaseMs };
    const kept = this.#suspicions.add(subjectKey(subject), suspicion, performance.now());
    return kept ? null : 'crowded';
  }

  async #lookAgain({ subject, look: first, databaseMs }: Suspicion): Promise<Verdict> {
    const { observer, topicOf, onStale } = this.#options;
    // Before the look: what they say is applied was applied before the entry is read.
    const all = await observer.readPositions();
    const positions: TopicPositions = all.get(topicOf(subject.resource)) ?? new Map();
    const second = await observer.look(subject);
    const verdict = judgeSecondLook({
      first,
      firstDatabaseMs: databaseMs,
      appliedMs: appliedUntil(positions),
      second,
    });
    if (verdict === 'stale') {
      onStale({ subject, first, second, positions });
    }
    return verdict;
  }

  async #watched(subject: Subject, look: () => Promise<Verdict | null>): Promise<void> {
    const { onVerdict } = this.#options;
    let verdict: Verdict | null = 'unreachable';
    try {
      verdict = await look();
    } finally {
      if (verdict !== null) {
        onVerdict(subject.resource, verdict);
      }
    }
    this.#backoff.reset();
    this.#complained = false;
  }

  async #wait(error: unknown): Promise<void> {
    if (!(error instanceof TransientError)) {
      throw error;
    }
    if (!this.#complained && !this.#stopping.signal.aborted) {
      this.#complained = true;
      const message = `can not compare, trying again: ${describeError(error)}`;
      this.#logger.warn({ event: 'auditor.waiting', code: error.code }, message);
    }
    await pause(this.#backoff.nextDelayMs(), this.#stopping.signal);
  }
}

/** Everything committed before this has been applied; never while a partition has no heartbeat. */
function appliedUntil(positions: TopicPositions): number {
  const times = [...positions.values()].map(
    ({ heartbeat }) => heartbeat?.atMs ?? Number.NEGATIVE_INFINITY,
  );
  return times.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...times);
}
