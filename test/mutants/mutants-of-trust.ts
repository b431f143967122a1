// When an entry may be used, and what Redis must remember for it.

import type { Mutant } from './mutant.ts';

const freshness = 'cache/freshness.ts';
const freshnessTest = 'cache/freshness.test.ts';
const apply = 'cache/apply-batch.ts';
const applyTest = 'cache/apply-batch.test.ts';
const state = 'cache/database-state.ts';
const stateTest = 'cache/database-state.test.ts';
const sinkTest = 'workers/cleaner/redis-sink.server.test.ts';

export const trustMutants: readonly Mutant[] = [
  {
    name: 'entries are used whatever is known',
    file: 'cache/entry-reader.ts',
    find: `return performance.now() < this.#options.trust.trustedUntilMs;`,
    replace: `return performance.now() > 0;`,
    caughtBy: {
      test: 'test/freshness.test.ts',
      title: 'when the listener is gone for longer than the bound',
    },
  },
  {
    name: 'a partition that has shown no heartbeat is overlooked',
    file: freshness,
    find: `return partitionCount > 0 && heartbeats.length === partitionCount ? heartbeats : null;`,
    replace: `return heartbeats.length > 0 ? heartbeats : null;`,
    caughtBy: {
      test: freshnessTest,
      title: 'nothing is trusted while a partition has shown no heartbeat',
    },
  },
  {
    name: 'the newest heartbeat speaks for all partitions',
    file: freshness,
    find: `[oldestMs + boundMs - database.clockOffsetMs, 'lag']`,
    replace: `[newestMs + boundMs - database.clockOffsetMs, 'lag']`,
    caughtBy: {
      test: freshnessTest,
      title: 'or until the oldest heartbeat reaches the bound, if that comes first',
    },
  },
  {
    name: 'heartbeats of another incarnation are believed',
    file: freshness,
    find: `if (heartbeats.some(({ incarnation }) => incarnation !== database.incarnation)) {`,
    replace: `if (heartbeats.length === 0) {`,
    caughtBy: {
      test: freshnessTest,
      title: 'nothing is trusted while the database has another incarnation',
    },
  },
  {
    name: 'capture that is not what it should be is overlooked',
    file: freshness,
    find: `if (heartbeats.some(({ bypass }) => bypass)) {`,
    replace: `if (heartbeats.length === 0) {`,
    caughtBy: {
      test: freshnessTest,
      title: 'nothing is trusted while changes are not captured',
    },
  },
  {
    name: 'a heartbeat from the future is believed',
    file: freshness,
    find: `if (newestMs > nowMs) {`,
    replace: `if (newestMs < 0) {`,
    caughtBy: {
      test: freshnessTest,
      title: 'nothing is trusted while a heartbeat comes from the future',
    },
  },
  {
    name: 'a heartbeat that stands still is believed',
    file: freshness,
    find: `    [changedMs + boundMs, 'stalled'],\n`,
    replace: '',
    caughtBy: {
      test: freshnessTest,
      title: 'or until a heartbeat has not changed for as long as the bound',
    },
  },
  {
    name: 'a poll is good for ever',
    file: freshness,
    find: `    [polledAtMs + pollAgeMaxMs, 'redis'],\n`,
    replace: '',
    caughtBy: {
      test: freshnessTest,
      title: 'entries are trusted for a second after a poll that found all well',
    },
  },
  {
    name: 'what was polled on one connection is believed on the next',
    file: 'cache/trust.ts',
    find: `options.redis.onReconnect(() => this.#distrustAll('redis'));`,
    replace: '',
    caughtBy: {
      test: 'cache/trust.test.ts',
      title: 'a new connection is not trusted before it was polled',
    },
  },
  {
    name: 'a poll that began on another connection is believed',
    file: 'cache/trust.ts',
    find: `if (generation !== redis.generation) {`,
    replace: `if (generation < 0) {`,
    caughtBy: {
      test: 'cache/trust.test.ts',
      title: 'a poll that began on the connection before says nothing',
    },
  },
  {
    name: 'the clock is compared from when the reply came',
    file: state,
    find: `Number(row?.now_ms) - sentMs`,
    replace: `Number(row?.now_ms) - performance.now()`,
    caughtBy: { test: stateTest, title: 'the clock is compared from when the question was sent' },
  },
  {
    name: 'a slow reply about the clock is used',
    file: state,
    find: `performance.now() - sentMs > replyMaxMs`,
    replace: `performance.now() < 0`,
    caughtBy: { test: stateTest, title: 'a reply that took too long is not used' },
  },
  {
    name: 'a batch after a gap is applied as if there were none',
    file: apply,
    find: `if (stored?.next !== batch.continues) {`,
    replace: `if (stored === undefined) {`,
    caughtBy: {
      test: sinkTest,
      title: 'a batch that does not continue flushes before it is recorded: messages were missed',
    },
  },
  {
    name: 'a Redis without a position is taken as it is',
    file: apply,
    find: `if (stored?.next !== batch.continues) {`,
    replace: `if (stored !== undefined && stored.next !== batch.continues) {`,
    caughtBy: {
      test: sinkTest,
      title: 'a batch that does not continue flushes before it is recorded: nothing is stored',
    },
  },
  {
    name: 'a bypass ends without a flush',
    file: apply,
    find: `if (before?.bypass === true && !heartbeat.bypass) {`,
    replace: `if (before === heartbeat) {`,
    caughtBy: { test: applyTest, title: 'a stored bypass ends: flush, bypass ended' },
  },
  {
    name: 'an incarnation changes without a flush',
    file: apply,
    find: `if (before !== null && before.incarnation !== heartbeat.incarnation) {`,
    replace: `if (before === heartbeat) {`,
    caughtBy: {
      test: applyTest,
      title: 'the incarnation is another than stored: flush, incarnation changed',
    },
  },
  {
    name: 'the position moves on before Redis has taken the batch',
    file: apply,
    find: `  const flushed = flushReason(batch, stored);\n`,
    replace: `  const flushed = flushReason(batch, stored);
  await writePosition(redis, target, positionAfter(batch, stored));\n`,
    caughtBy: {
      test: applyTest,
      title: 'the position moves on only once everything else was acknowledged',
    },
  },
  {
    name: 'positions of partitions that are gone stay',
    file: apply,
    find: `  if (droppedPositions) {`,
    replace: `  if (droppedPositions && batch.keys.length < 0) {`,
    caughtBy: {
      test: sinkTest,
      title: 'positions of partitions that are gone are thrown away, with their topic’s',
    },
  },
  {
    name: 'an attempt goes on over another connection',
    file: 'platform/clients/redis.ts',
    find: `if (pinned !== this.#generation || !this.#client.isReady) {`,
    replace: `if (!this.#client.isReady) {`,
    caughtBy: {
      test: sinkTest,
      title: 'an attempt does not outlive its connection: the next may lead elsewhere',
    },
  },
];
