// What can be wrong with an installation, in one vocabulary: `cinesync doctor`, /health, the metric
// cinesync_problem and the alerts name a problem by the same id, each has a page in docs/runbook,
// and all say the same thing to type. Texts are for people; ids are for programs and stay.

/** page: readers or the bound are at stake. ticket: soon. advice: works, but not as it should. */
export type Severity = 'page' | 'ticket' | 'advice';

export interface ProblemKind {
  readonly title: string;
  readonly severity: Severity;
  /** What to type, or to change, where whoever found it can not be more exact. */
  readonly fix: string;
}

export const problemKinds = {
  'auditor-missing': {
    title: 'Nobody examines the installation',
    severity: 'ticket',
    fix: 'npx cinesync auditor  # and let Prometheus scrape it',
  },
  'cache-bypassed': {
    title: 'A resource is read from Postgres instead of the cache',
    severity: 'page',
    fix: 'npx cinesync status; then what `npx cinesync doctor` says about the pipeline',
  },
  'capture-broken': {
    title: 'Changes of a watched table are not captured',
    severity: 'page',
    fix: 'npx cinesync tables; then npx cinesync watch TABLE --resource NAME --columns COLUMN',
  },
  'cleaner-missing': {
    title: 'No cleaner applies invalidations',
    severity: 'page',
    fix: 'npx cinesync cleaner',
  },
  'clock-skew': {
    title: 'Clocks of the machines differ',
    severity: 'ticket',
    fix: 'timedatectl set-ntp true  # on the machine whose clock is wrong',
  },
  'dead-letters': {
    title: 'Messages that nobody understands were set aside',
    severity: 'ticket',
    fix: 'npx cinesync dead-letters; when understood: npx cinesync dead-letters --clear',
  },
  'event-guard-missing': {
    title: 'DDL that switches capture off is noticed late',
    severity: 'advice',
    fix: 'npx cinesync migrate  # with a superuser in DATABASE_URL',
  },
  'events-missing': {
    title: 'Films change without events',
    severity: 'ticket',
    fix: 'npx cinesync migrate',
  },
  'events-waiting': {
    title: 'Events of the catalog wait',
    severity: 'ticket',
    fix: 'npx cinesync status; then what `npx cinesync doctor` says about Kafka',
  },
  'kafka-refuses': {
    title: 'Kafka is there but does not accept messages',
    severity: 'page',
    fix: 'df -h  # on the broker; then min.insync.replicas of the topic, and which brokers are up',
  },
  'kafka-unreachable': {
    title: 'Kafka can not be reached',
    severity: 'page',
    fix: 'docker compose up -d kafka  # or correct KAFKA_BOOTSTRAP_SERVERS',
  },
  'listener-missing': {
    title: 'No listener leads',
    severity: 'page',
    fix: 'npx cinesync listener',
  },
  'not-migrated': {
    title: 'The schema cache is missing or old',
    severity: 'page',
    fix: 'npx cinesync migrate',
  },
  'notification-queue': {
    title: 'The notification queue of Postgres fills up',
    severity: 'ticket',
    fix: "psql -c 'select pid, application_name from pg_stat_activity order by xact_start limit 3'",
  },
  'object-store-unreachable': {
    title: 'The object store can not be reached',
    severity: 'ticket',
    fix: 'docker compose up -d minio  # or correct S3_ENDPOINT; an empty one: npx cinesync seed',
  },
  'outbox-backlog': {
    title: 'Changes wait in the outbox',
    severity: 'page',
    fix: 'npx cinesync status  # who leads, and what keeps it from publishing',
  },
  'postgres-login': {
    title: 'Postgres refuses the login',
    severity: 'page',
    fix: 'correct user, password and database in DATABASE_URL and LISTENER_DATABASE_URL',
  },
  'postgres-pooler': {
    title: 'A transaction pooler stands before the listener',
    severity: 'page',
    fix: 'LISTENER_DATABASE_URL=postgresql://user:password@SERVER:5432/name  # not the pooler',
  },
  'postgres-rights': {
    title: 'A role lacks a right',
    severity: 'page',
    fix: "psql -c 'grant cache_listener to USER'  # the user of LISTENER_DATABASE_URL",
  },
  'postgres-standby': {
    title: 'Only a standby of Postgres can be reached',
    severity: 'page',
    fix: "psql -c 'select pg_promote()'  # on it, or name the primary in DATABASE_URL",
  },
  'postgres-unreachable': {
    title: 'Postgres can not be reached',
    severity: 'page',
    fix: 'docker compose up -d postgres  # or correct DATABASE_URL',
  },
  'postgres-version': {
    title: 'Postgres is too old',
    severity: 'page',
    fix: 'upgrade to Postgres 15 or later',
  },
  'process-down': {
    title: 'A process does not answer',
    severity: 'page',
    fix: 'npx cinesync doctor; then npx cinesync api, listener, cleaner or auditor',
  },
  'redis-eviction': {
    title: 'Redis may evict what the cache can not do without',
    severity: 'ticket',
    fix: 'redis-cli CONFIG SET maxmemory-policy volatile-lru',
  },
  'redis-full': {
    title: 'Redis has no memory left for writes',
    severity: 'page',
    fix: 'redis-cli CONFIG SET maxmemory 1gb  # or more',
  },
  'redis-persistence': {
    title: 'Redis keeps the cache on disk',
    severity: 'ticket',
    fix: "redis-cli CONFIG SET save ''; redis-cli CONFIG SET appendonly no",
  },
  'redis-unreachable': {
    title: 'Redis can not be reached',
    severity: 'page',
    fix: 'docker compose up -d redis  # or correct REDIS_URL',
  },
  'redis-version': {
    title: 'Redis is too old, or a cluster',
    severity: 'page',
    fix: 'use Redis 7 or later, or Valkey, without cluster mode',
  },
  'settings-unknown': {
    title: 'A server does not let its settings be read',
    severity: 'advice',
    fix: 'look at them where the server is administered; docs/runbook names them',
  },
  'stale-entry': {
    title: 'The auditor found an entry that is not what the database says',
    severity: 'page',
    fix: 'npx cinesync explain RESOURCE CODE; npx cinesync flush RESOURCE',
  },
  'topic-missing': {
    title: 'A Kafka topic is missing',
    severity: 'page',
    fix: 'npx cinesync migrate',
  },
  'topic-partitions': {
    title: 'A topic has another number of partitions than it was made with',
    severity: 'ticket',
    fix: 'npx cinesync status  # nothing else, once every partition shows a lag',
  },
  'topic-settings': {
    title: 'A topic has settings that do not fit',
    severity: 'ticket',
    fix: 'kafka-configs.sh --alter --entity-type topics --entity-name TOPIC --add-config NAME=…',
  },
  'transaction-open': {
    title: 'A transaction has been open for minutes',
    severity: 'ticket',
    fix: "psql -c 'select pg_terminate_backend(PID)'",
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemId = keyof typeof problemKinds;

/** One thing that is wrong now. */
export interface Problem {
  readonly problem: ProblemId;
  /** What exactly: which server, table, topic or process. */
  readonly detail: string;
  /** What to type. */
  readonly fix: string;
}

/** @param fix where it can be more exact than the kind's own */
export function problem(id: ProblemId, detail: string, fix?: string): Problem {
  return { problem: id, detail, fix: fix ?? problemKinds[id].fix };
}
