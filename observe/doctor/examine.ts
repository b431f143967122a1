// The whole examination. Servers first: what depends on one that can not be asked is left out, so
// that one cause is not told ten times.

import { describeError } from '../../platform/errors.ts';
import type { ObserveSettings } from '../settings.ts';
import type { Observer } from '../observer.ts';
import { checkCapture } from './capture.ts';
import { checkClocks } from './clocks.ts';
import { type Check, type Finding, illness } from './finding.ts';
import { checkKafka } from './kafka.ts';
import { checkObjectStore } from './object-store.ts';
import { checkCleaners, checkLag, checkListeners, checkOutbox } from './pipeline.ts';
import { checkPooler } from './pooler.ts';
import { checkPostgres } from './postgres.ts';
import { checkPostgresLoad } from './postgres-load.ts';
import { postgresProblem } from './postgres-problem.ts';
import { checkProcesses } from './processes.ts';
import { checkRedis } from './redis.ts';

const ofPostgres = [checkPostgresLoad, checkCapture, checkPooler, checkListeners, checkOutbox];

/** Everything that was found, in a fixed order; also what is as it should be. */
export async function examine(observer: Observer, settings: ObserveSettings): Promise<Finding[]> {
  const flow = await examineFlow(observer);
  const processes = await checkProcesses(settings.processUrls);
  // Last: loading its driver holds everything else up, and deadlines would pass meanwhile.
  const images = await checkObjectStore(settings.objectStore);
  const found = new Set([...flow, ...images].map(({ problem }) => problem));
  const news = processes.filter(({ problem }) => problem === null || !found.has(problem));
  return [...flow, ...images, ...news];
}

/** The way from Postgres to Redis. */
export async function examineFlow(observer: Observer): Promise<Finding[]> {
  const [postgres, redis, kafka] = await Promise.all([
    checkPostgres(observer),
    checkRedis(observer),
    checkKafka(observer),
  ]);
  const postgresAnswers = isUsable(postgres, /^postgres-(?!rights)|^not-migrated/);
  const redisAnswers = isUsable(redis, /^redis-unreachable/);
  const kafkaAnswers = isUsable(kafka, /^kafka-unreachable/);
  const checks: Check[] = [
    ...(postgresAnswers ? ofPostgres : []),
    ...(kafkaAnswers ? [checkCleaners] : []),
    ...(postgresAnswers && redisAnswers ? [checkLag] : []),
    ...(postgresAnswers || redisAnswers ? [checkClocks] : []),
  ];
  const rest = await Promise.all(checks.map((check) => examineOne(check, observer)));
  return [postgres, redis, kafka, ...rest].flat();
}

function isUsable(findings: readonly Finding[], fatal: RegExp): boolean {
  return findings.every(({ problem }) => problem === null || !fatal.test(problem));
}

/** A server may go, or refuse, in the middle of it. */
async function examineOne(check: Check, observer: Observer): Promise<Finding[]> {
  try {
    return await check(observer);
  } catch (error) {
    const name = check.name.replace(/^check/, '').toLowerCase();
    const sqlState = (error as { code?: unknown }).code;
    if (sqlState === insufficientPrivilege) {
      const detail = `LISTENER_DATABASE_URL: ${describeError(error)}`;
      const fix = "psql -c 'grant cache_listener, cache_reader to USER'";
      return [illness(name, { problem: 'postgres-rights', detail, fix })];
    }
    const failed = serverOf(error);
    return [
      failed === 'postgres'
        ? illness(name, postgresProblem(error, 'LISTENER_DATABASE_URL'))
        : illness(name, {
            problem: `${failed}-unreachable`,
            detail: describeError(error),
            fix: 'npx cinesync doctor  # again: it went away while it was looked at',
          }),
    ];
  }
}

const insufficientPrivilege = '42501';

function serverOf(error: unknown): 'kafka' | 'postgres' | 'redis' {
  const code = String((error as { code?: unknown }).code);
  return code.startsWith('kafka_') ? 'kafka' : code.startsWith('redis_') ? 'redis' : 'postgres';
}
