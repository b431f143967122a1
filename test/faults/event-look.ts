// The look at the events of films, at rest: every committed change has its own, none is made up,
// and subscribers find them in order. Without Kafka they are looked for where they are kept.

import { assertWhole, readEventLog, type SeenEvent } from '../support/event-log.ts';
import { reverseScope } from '../support/scope.ts';
import { elapse } from './elapse.ts';
import type { EventLedger } from './model/event-ledger.ts';
import type { Tally } from './report/tally.ts';
import { withSession } from './world/sessions.ts';

export interface EventLook {
  readonly databaseUrl: string;
  /** Empty: a run without Kafka. */
  readonly bootstrapServers: readonly string[];
  readonly ledger: EventLedger;
  readonly tally: Tally;
  readonly signal: AbortSignal;
  readonly caughtUpWithinMs: number;
}

const pollMs = 200;

export async function lookAtEvents(look: EventLook): Promise<void> {
  const last = await readCounters(look.databaseUrl);
  compareLedger(look, last);
  try {
    const seen = await untilComplete(look, last);
    if (look.signal.aborted) return;
    assertWhole(seen, last);
    look.tally.events = seen.length;
  } catch (error) {
    report(look, error instanceof Error ? error.message : String(error));
  }
}

/** The last sequence number of each film. */
export async function readCounters(databaseUrl: string): Promise<Map<string, number>> {
  return await withSession(databaseUrl, async (session) => {
    const { rows } = await session.query<{ film: string; last: string }>(
      'select film, last from catalog.counter',
    );
    return new Map(rows.map(({ film, last }) => [film, Number(last)]));
  });
}

function compareLedger(look: EventLook, last: ReadonlyMap<string, number>): void {
  for (const [film, count] of look.ledger.expected) {
    const found = last.get(film) ?? 0;
    if (found !== count) report(look, `${film} has ${found} events, its changes make ${count}`);
  }
}

/** As many different ones as there are, or whatever there is when the time is over. */
async function untilComplete(
  look: EventLook,
  last: ReadonlyMap<string, number>,
): Promise<readonly SeenEvent[]> {
  const { bootstrapServers, databaseUrl, signal, caughtUpWithinMs } = look;
  if (bootstrapServers.length === 0) return await readKept(databaseUrl);
  const expected = [...last.values()].reduce((sum, count) => sum + count, 0);
  const cleanUps: (() => Promise<void> | void)[] = [];
  const scope = reverseScope({ after: (cleanUp) => void cleanUps.push(cleanUp) });
  try {
    const seen = await readEventLog(scope, {
      namespace: '',
      bootstrapServers: bootstrapServers.join(','),
    });
    const untilMs = performance.now() + caughtUpWithinMs;
    while (performance.now() < untilMs && !signal.aborted) {
      if (new Set(seen.map(({ id }) => id)).size >= expected) break;
      await elapse(pollMs, signal);
    }
    return [...seen];
  } finally {
    for (const cleanUp of cleanUps) await cleanUp();
  }
}

async function readKept(databaseUrl: string): Promise<SeenEvent[]> {
  return await withSession(databaseUrl, async (session) => {
    const { rows } = await session.query<KeptEvent>(
      `select id, type, aggregateid as film, sequence::integer, payload::text as value
         from catalog.outbox order by outbox.number`,
    );
    const place = { partition: 0, offset: '', headers: {} };
    return rows.map((row) => ({ ...row, ...place, topic: row.type }));
  });
}

type KeptEvent = Pick<SeenEvent, 'id' | 'type' | 'film' | 'sequence' | 'value'>;

function report({ tally }: EventLook, what: string): void {
  tally.violation({ kind: 'event', about: what, what, details: {}, atMs: tally.sinceStart() });
}
