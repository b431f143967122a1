// The one source of all watchers: looks at the system once a second, follows the invalidations, and
// remembers a quarter of an hour. Kafka and the processes are asked less often, because a question
// to them costs more than everything else. It has connections of its own, and only while somebody
// watches.

import { followInvalidations, type Invalidation } from '../../observe/follow-invalidations.ts';
import { type Observer, startObserver } from '../../observe/observer.ts';
import { attempt } from '../../observe/reading.ts';
import type { ObserveSettings } from '../../observe/settings.ts';
import { readConsumerGroup } from '../../observe/state/consumer-group.ts';
import { readLeadership } from '../../observe/state/leadership.ts';
import { readOutbox } from '../../observe/state/outbox.ts';
import { readProcesses } from '../../observe/state/processes.ts';
import { describeError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { pause } from '../../platform/retry.ts';
import type { ResourceHealth } from '../health/schemas.ts';
import { type Seen, toHops, toVerdict } from './hops.ts';
import type { OwnFigures } from './own-figures.ts';
import type { PassedInvalidation, Point, State } from './state.ts';

export interface SourceOptions {
  settings: ObserveSettings;
  figures: OwnFigures;
  readResources: () => Record<string, ResourceHealth>;
  logger: Logger;
}

export interface SourceListeners {
  onState: (state: State) => void;
  onInvalidation: (invalidation: PassedInvalidation) => void;
}

const lookEveryMs = 1000;
const askEveryMs = 10_000;
const followAgainMs = 3000;
const pointsMax = 900;
/** With a bulk change thousands pass in a second; nobody reads them. */
const passingShownMax = 50;

/** What was found out last about Kafka, the processes and who leads. */
type Around = Pick<Seen, 'cleaners' | 'listeners' | 'processes'>;

export class Source {
  readonly #options: SourceOptions;
  #points: Point[] = [];
  #follows = false;
  #passing = { published: 0, applied: 0 };

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  get points(): readonly Point[] {
    return this.#points;
  }

  /** Resolves with what ends it. */
  async start(listeners: SourceListeners): Promise<() => Promise<void>> {
    const observer = await startObserver(this.#options.settings, this.#options.logger);
    const stopping = new AbortController();
    const { signal } = stopping;
    const looking = this.#lookOn(observer, listeners, signal);
    const following = this.#followOn(observer, listeners, signal);
    return async () => {
      stopping.abort();
      await Promise.all([looking, following]);
      await observer.stop();
    };
  }

  async #lookOn(observer: Observer, { onState }: SourceListeners, signal: AbortSignal) {
    let around = await this.#askAround(observer);
    let asking: Promise<void> | undefined;
    let askedMs = performance.now();
    while (!signal.aborted) {
      const startedMs = performance.now();
      if (asking === undefined && startedMs - askedMs >= askEveryMs) {
        askedMs = startedMs;
        asking = this.#askAround(observer).then((answer) => {
          around = answer;
          asking = undefined;
        });
      }
      const state = await this.#look(observer, around);
      this.#points = [...this.#points, state.point].slice(-pointsMax);
      onState(state);
      await pause(Math.max(0, lookEveryMs - (performance.now() - startedMs)), signal);
    }
    await asking;
  }

  async #askAround({ kafka, listenerDatabase }: Observer): Promise<Around> {
    const { settings } = this.#options;
    const [listeners, cleaners, processes] = await Promise.all([
      attempt(() => readLeadership(listenerDatabase)),
      kafka ? attempt(() => readConsumerGroup(kafka.inspector, settings)) : null,
      readProcesses(settings.processUrls),
    ]);
    return { listeners, cleaners, processes };
  }

  async #look({ listenerDatabase }: Observer, around: Around): Promise<State> {
    const { figures, readResources } = this.#options;
    const [outbox, reads, latency] = await Promise.all([
      attempt(() => readOutbox(listenerDatabase)),
      figures.takeReads(),
      figures.takeLatency(),
    ]);
    const resources = readResources();
    const passing = this.#follows ? this.#passing : null;
    this.#passing = { published: 0, applied: 0 };
    const seen = { ...around, outbox, resources, reads, passing };
    const hops = toHops(seen);
    return {
      verdict: toVerdict(hops, resources),
      hops,
      resources: Object.entries(resources).map(([name, health]) => ({
        name,
        lagMs: health.lag_ms,
        boundMs: health.bound_ms,
        bypass: health.bypass,
        ...(reads.get(name) ?? { reads: 0, hits: 0 }),
      })),
      latency,
      point: {
        at: Date.now(),
        reads: sum([...reads.values()].map((own) => own.reads)),
        hits: sum([...reads.values()].map((own) => own.hits)),
        bypass: Object.entries(resources)
          .filter(([, { bypass }]) => bypass !== null && bypass !== 'off')
          .map(([name, { bypass }]) => `${name}: ${bypass}`),
        away: Object.entries(hops)
          .filter(([, { state }]) => state === 'bad')
          .map(([name]) => name),
      },
    };
  }

  /** Kafka may be away: then it is tried again, for as long as somebody watches. */
  async #followOn(observer: Observer, listeners: SourceListeners, signal: AbortSignal) {
    const { kafka } = observer;
    if (kafka === undefined) {
      return;
    }
    while (!signal.aborted) {
      try {
        const stop = await followInvalidations({
          observer: { ...observer, kafka },
          onInvalidation: (invalidation) => this.#pass(invalidation, listeners),
        });
        this.#follows = true;
        await untilAborted(signal);
        this.#follows = false;
        await stop();
      } catch (error) {
        const { logger } = this.#options;
        const message = `can not follow the invalidations yet: ${describeError(error)}`;
        logger.debug({ event: 'ops.not_following' }, message);
        await pause(followAgainMs, signal);
      }
    }
  }

  #pass(invalidation: Invalidation, { onInvalidation }: SourceListeners): void {
    const {
      published_ms: publishedMs,
      applied_ms: appliedMs,
      resource,
      action,
      code,
    } = invalidation;
    this.#passing.published += 1;
    this.#passing.applied += appliedMs === null ? 0 : 1;
    if (this.#passing.published <= passingShownMax) {
      const at = Date.parse(invalidation.at);
      onInvalidation({ at, resource, action, code, publishedMs, appliedMs });
    }
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
