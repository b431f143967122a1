// Everything that runs during a run: servers, processes, and the network between each two of them.

import type { Places } from '../../../stack/places.ts';
import type { Progress } from '../../../stack/progress.ts';
import { Actor, type Role } from './actors.ts';
import { type ForwardedKafka, Network } from './network.ts';
import type { Pipeline } from './pipeline.ts';
import { type Servers, startServers } from './servers.ts';
import type { Victim } from './victim.ts';

export interface WorldOptions {
  readonly places: Places;
  readonly pipeline: Pipeline;
  readonly mode: 'direct' | 'kafka';
  readonly redis: 'sentinel' | 'single';
  readonly brokerCount: number;
  readonly counts: Readonly<Record<Role, number>>;
  readonly boundMs: number;
  readonly progress: Progress;
  say(text: string): void;
}

export interface World {
  readonly servers: Servers;
  readonly network: Network;
  readonly actors: readonly Actor[];
  readonly pipeline: Pipeline;
  /** The database as the writers see it. */
  readonly writersUrl: string;
  readonly boundMs: number;
  inRole(role: Role): readonly Actor[];
  stop(): Promise<void>;
}

export async function startWorld(options: WorldOptions): Promise<World> {
  const { places, pipeline, mode, redis, brokerCount, progress, say } = options;
  const network = new Network();
  const roles = rolesOf(options);
  // The API only asks Kafka whether it is there, and nobody asks the API for that here.
  const workers = roles.filter(({ role }) => role !== 'api').map(({ name }) => name);
  const forwarded = mode === 'kafka' ? await network.forward(workers, brokerCount) : null;
  const stepServers = progress.step('servers');
  const ports = forwarded?.ports ?? null;
  const report = (text: string): void => stepServers.report(text);
  const servers = await startServers({ places, redis, forwarded: ports, report, say });
  stepServers.succeed(describe(options));
  await pipeline.install({ servers, places, step: progress.step('schema') });
  const stepActors = progress.step('processes');
  const actors: Actor[] = [];
  for (const { role, name } of roles) {
    const env = await environment({ role, name, servers, network, forwarded, ...options });
    const main = pipeline.mains[role];
    const { source } = pipeline;
    actors.push(await Actor.create({ role, name, main, source, env, places, say }));
  }
  await Promise.all(actors.map((actor) => startActor(actor)));
  stepActors.succeed(actors.map(({ name }) => name).join(', '));
  return {
    servers,
    network,
    actors,
    pipeline,
    boundMs: options.boundMs,
    writersUrl: await network.address('writers', 'postgres', servers.databaseUrl),
    inRole: (role) => actors.filter((actor) => actor.role === role),
    stop: async () => {
      await Promise.all(actors.map((actor) => actor.stop()));
      await network.close();
      await servers.stop();
    },
  };
}

function describe({ mode, redis, brokerCount }: WorldOptions): string {
  const cache = redis === 'sentinel' ? 'Redis with a replica and three sentinels' : 'Redis';
  const kafka = brokerCount === 1 ? 'Kafka' : `Kafka (${brokerCount} brokers)`;
  return ['Postgres', cache, ...(mode === 'kafka' ? [kafka] : [])].join(', ');
}

async function startActor(actor: Victim): Promise<void> {
  await actor.start();
  await actor.untilUp();
}

function rolesOf({ counts, mode }: WorldOptions): { role: Role; name: string }[] {
  const roles: readonly Role[] =
    mode === 'kafka' ? ['api', 'listener', 'cleaner'] : ['api', 'listener'];
  return roles.flatMap((role) =>
    Array.from({ length: counts[role] }, (_, index) => ({ role, name: `${role}-${index + 1}` })),
  );
}

interface EnvironmentOptions extends WorldOptions {
  readonly role: Role;
  readonly name: string;
  readonly servers: Servers;
  readonly network: Network;
  readonly forwarded: ForwardedKafka | null;
}

/** Every server through a proxy of its own, except those that sentinels name. */
async function environment(options: EnvironmentOptions): Promise<Record<string, string>> {
  const { role, name, servers, network, forwarded, boundMs } = options;
  const env: Record<string, string> = {
    ENABLE_KAFKA: String(forwarded !== null),
    STALENESS_BOUND_MS: String(boundMs),
    LOG_LEVEL: 'info',
    PGAPPNAME: `cinesync-${role}`,
    // Nobody asks for images here.
    S3_ENDPOINT: 'http://127.0.0.1:9',
  };
  if (forwarded !== null) {
    const past = servers.bootstrapServers.join(',');
    env.KAFKA_BOOTSTRAP_SERVERS = forwarded.bootstrapServers.get(name) ?? past;
  }
  if (role !== 'cleaner') {
    env.DATABASE_URL = await network.address(name, 'postgres', servers.databaseUrl);
  }
  if (role !== 'listener' || forwarded === null) {
    env.REDIS_URL = servers.hasSentinels
      ? servers.redisAddress
      : await network.address(name, 'redis', servers.redisAddress);
  }
  return env;
}
