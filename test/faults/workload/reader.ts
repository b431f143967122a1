// Asks an API for this and that, as fast as it is allowed to, and hands what was answered to the
// referee. An answer that promises to come from the database just now is held to that.

import { elapse } from '../elapse.ts';
import type { Sighting } from '../model/judge.ts';
import type { Random } from '../random.ts';
import type { Attention } from './attention.ts';
import { HttpLink } from '../../support/http-link.ts';
import type { Subject } from './subject.ts';
import { pickSubject } from './subjects.ts';

export interface ReaderOptions {
  readonly port: number;
  readonly random: Random;
  readonly intervalMs: number;
  readonly boundMs: number;
  readonly attention: Attention;
  readonly signal: AbortSignal;
  onSighting(sighting: Sighting): void;
  /** No answer, or one that says that there is none now. */
  onNoAnswer(status: number | null): void;
}

const timeoutMs = 15_000;
const attractedShare = 0.5;

export async function readForever(options: ReaderOptions): Promise<void> {
  const { port, random, intervalMs, signal } = options;
  const link = new HttpLink({ port, timeoutMs });
  const close = (): void => link.close();
  signal.addEventListener('abort', close);
  let dueMs = performance.now();
  while (!signal.aborted) {
    const answered = await readOnce(link, chooseSubject(options), options);
    dueMs = Math.max(performance.now(), dueMs + intervalMs * (0.5 + random.next()));
    const waitMs = answered ? dueMs - performance.now() : 100;
    if (waitMs > 1) await elapse(waitMs, signal);
  }
  signal.removeEventListener('abort', close);
}

function chooseSubject({ random, attention }: ReaderOptions): Subject {
  const attracted = random.chance(attractedShare) ? attention.pick(random) : undefined;
  return attracted ?? pickSubject(random);
}

async function readOnce(link: HttpLink, subject: Subject, options: ReaderOptions) {
  const askedMs = performance.now();
  const answer = await link.get(subject.path).catch(() => null);
  if (options.signal.aborted) return false;
  const isAbsent = answer?.status === 404 && subject.mayBeMissing;
  if (answer === null || (answer.status !== 200 && !isAbsent)) {
    options.onNoAnswer(answer?.status ?? null);
    return answer !== null;
  }
  const { resource, code } = subject;
  const data = isAbsent ? null : (JSON.parse(answer.body) as { data: unknown }).data;
  const status = /\r\ncache-status: cinesync; ([^\r]*)/.exec(answer.head)?.[1] ?? '';
  const seen = subject.claimsOf(data);
  const boundMs = answer.head.includes('\r\nx-cache: stale') ? Infinity : boundOf(status, options);
  const answeredMs = performance.now();
  options.onSighting({ resource, code, seen, askedMs, answeredMs, boundMs, status });
  return true;
}

/** What is loaded for this very request, or for all that wait with it, can not be old. */
function boundOf(status: string, { boundMs }: ReaderOptions): number {
  const isLoad = status.startsWith('fwd=') && !status.includes('collapsed');
  return isLoad ? 0 : boundMs;
}
