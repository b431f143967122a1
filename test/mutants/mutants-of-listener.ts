// The relay: read, publish, delete, park, vouch.

import type { Mutant } from './mutant.ts';

const lead = 'workers/listener/lead.ts';
const leadTest = 'workers/listener/lead.test.ts';
const restTest = 'workers/listener/lead-rest.test.ts';
const queries = 'workers/listener/queries.ts';
const sourceTest = 'workers/listener/outbox-source.server.test.ts';
const delivery = 'workers/listener/delivery.ts';
const deliveryTest = 'workers/listener/delivery.test.ts';
const heartbeat = 'workers/listener/heartbeat.ts';
const heartbeatTest = 'workers/listener/heartbeat.test.ts';
const plan = 'workers/listener/plan-send.ts';
const planTest = 'workers/listener/plan-send.test.ts';

export const listenerMutants: readonly Mutant[] = [
  {
    name: 'rows are deleted before Kafka acknowledged them',
    file: lead,
    find: `    if (flight === null || !flight.landed) {
      return;
    }
    await flight.arrival;`,
    replace: `    if (flight === null) {
      return;
    }`,
    caughtBy: {
      test: leadTest,
      title: 'are deleted once they are acknowledged, not before, and no others',
    },
  },
  {
    name: 'rows are deleted though their delivery failed',
    file: lead,
    find: `    await flight.arrival;`,
    replace: `    await flight.arrival.catch(() => undefined);`,
    caughtBy: {
      test: leadTest,
      title: 'stay when they are not acknowledged: the lead ends, and its sends with it',
    },
  },
  {
    name: 'rows are deleted up to a number, not by identity',
    file: queries,
    find: `where o.ctid = read.ctid and o.id = read.id`,
    replace: `where o.id <= read.id or o.ctid = read.ctid`,
    caughtBy: {
      test: sourceTest,
      title: 'a transaction that commits late is seen though later ones were read before',
    },
  },
  {
    name: 'two listeners lead at once',
    file: queries,
    find: 'select pg_try_advisory_lock(${lockSpace}, ${leaderLock}) as granted',
    replace: 'select true as granted',
    caughtBy: {
      test: sourceTest,
      title: 'one leads; the next stands by, and leads as soon as the first is gone',
    },
  },
  {
    name: 'it rests without the parked lock',
    file: lead,
    find: `if (!(await source.tryPark())) {`,
    replace: `if (await source.tryPark()) {`,
    caughtBy: {
      test: restTest,
      title: 'it takes the lock, looks once more, and only then rests',
    },
  },
  {
    name: 'it parks without one more look',
    file: lead,
    find: `    if (!(await source.tryPark())) {
      await alarm.wait(lingerMs);
    }`,
    replace: `    await source.tryPark();
    await alarm.wait(restMaxMs);`,
    caughtBy: {
      test: restTest,
      title: 'a row that came before the lock is seen by that look, though nobody rang',
    },
  },
  {
    name: 'it parks while it can not hear',
    file: lead,
    find: `const isRare = wakeUp.isListening && !this.#rate.isFrequent;`,
    replace: `const isRare = !this.#rate.isFrequent;`,
    caughtBy: {
      test: restTest,
      title: 'while it can not hear it looks again and again, and never parks',
    },
  },
  {
    name: 'it believes to hear before LISTEN was answered',
    file: 'workers/listener/wake-up.ts',
    find: `      await subscriber.connect();`,
    replace: `      this.#listening = true;
      await subscriber.connect();`,
    caughtBy: {
      test: 'workers/listener/wake-up.server.test.ts',
      title: 'it does not believe to hear before it was told so',
    },
  },
  {
    name: 'a heartbeat overtakes what it vouches for',
    file: delivery,
    find: `    const plan = planSend(`,
    replace: `    if (batch.heartbeat !== null) {
      await this.#sendHeartbeats(batch.heartbeat, signal);
    }
    const plan = planSend(`,
    caughtBy: {
      test: deliveryTest,
      title: 'the flush of a forgotten incarnation goes first, heartbeats last',
    },
  },
  {
    name: 'a heartbeat vouches for messages that are lost',
    file: delivery,
    find: `batch.heartbeat !== null && !this.lostMessages`,
    replace: `batch.heartbeat !== null`,
    caughtBy: { test: deliveryTest, title: 'no heartbeat vouches for messages that are lost' },
  },
  {
    name: 'an audit of another server vouches for this one',
    file: heartbeat,
    find: `if (answer.incarnation !== snapshot.incarnation) {`,
    replace: `if (answer.atMs < 0) {`,
    caughtBy: {
      test: heartbeatTest,
      title: 'an audit of another server than the one read vouches for nothing',
    },
  },
  {
    name: 'a read that did not see all vouches for all',
    file: heartbeat,
    find: `answer === null || !snapshot.complete || `,
    replace: `answer === null || `,
    caughtBy: {
      test: heartbeatTest,
      title: 'a read that did not see all allows none, the next complete one does',
    },
  },
  {
    name: 'a heartbeat takes the later of its two times',
    file: heartbeat,
    find: `Math.min(snapshot.atMs, answer.atMs)`,
    replace: `Math.max(snapshot.atMs, answer.atMs)`,
    caughtBy: { test: heartbeatTest, title: 'it vouches for the older of the read and the audit' },
  },
  {
    name: 'findings of the audit are not told',
    file: heartbeat,
    find: `new Set(answer.findings.map(({ resource }) => resource))`,
    replace: `new Set()`,
    caughtBy: { test: heartbeatTest, title: 'the resources with findings are named' },
  },
  {
    name: 'a forgotten incarnation is renewed without a flush',
    file: delivery,
    find: `      await this.#flushEverything(signal);`,
    replace: '',
    caughtBy: {
      test: deliveryTest,
      title: 'the flush of a forgotten incarnation goes first, heartbeats last',
    },
  },
  {
    name: 'a forgotten incarnation is renewed before the flush is acknowledged',
    file: lead,
    find: `    const flight: Flight = {`,
    replace: `    if (batch.renewsIncarnation) void this.#options.source.renewIncarnation();
    const flight: Flight = {`,
    caughtBy: {
      test: leadTest,
      title: 'a forgotten incarnation is flushed once, and renewed only after that',
    },
  },
  {
    name: 'a failed send is passed over',
    file: delivery,
    find: `await this.#insist(signal, () => this.#options.sink.publish(resource, messages));`,
    replace: `await this.#options.sink.publish(resource, messages).catch(() => undefined);`,
    caughtBy: {
      test: deliveryTest,
      title: 'it does not give up, and says once that and once that no longer',
    },
  },
  {
    name: 'a code is not sent again while it was sent before',
    file: plan,
    find: `      } else {
        origins.set(canonical, change);`,
    replace: `      } else if (!Reflect.has(globalThis, canonical)) {
        Reflect.set(globalThis, canonical, true);
        origins.set(canonical, change);`,
    auditedAfter: 'changes of rows',
    caughtBy: {
      test: planTest,
      title: 'are made distinct within the send and never against an earlier one',
    },
  },
  {
    name: 'dependents of a flush are not flushed',
    file: plan,
    find: `flush === true ? null : (codes ?? [])`,
    replace: `codes ?? []`,
    caughtBy: { test: planTest, title: 'a flush of a source flushes what depends on it' },
  },
  {
    name: 'of too many codes the last are left out',
    file: plan,
    find: `(this.#codes.size > flushOverCodes ? this.#newest() : null)`,
    replace: `null`,
    caughtBy: {
      test: planTest,
      title: 'stands in for more codes than the limit, and not for the limit itself',
    },
  },
  {
    name: 'a NOTIFY made by hand is only an alarm',
    file: lead,
    find: `if (resource !== undefined && !captured.has(name)) {`,
    replace: `if (resource !== undefined && captured.has('')) {`,
    caughtBy: { test: restTest, title: 'whose code was not captured is relayed by itself, once' },
  },
];
