// Kafka in KRaft mode, broker and controller in one process, from Maven Central. Topics are made
// by `npm run migrate`; here only the internal one that the first consumer group would wait for.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../ports.ts';
import { runCommand } from '../run-command.ts';
import { buildOnce } from './build-once.ts';
import { type Java, type JavaNeed, classArchiveFlag, javaFlags, requireJava } from './java.ts';
import { awaitGroupCoordinator } from './kafka-coordinator.ts';
import type { Launch, LocalServer, PreparedServer, PrepareContext } from './local-server.ts';
import { fetchMavenLibraries } from './maven-libraries.ts';

const version = '4.1.1';

/** A port of the broker behind something else, whose port clients are told to come back to. */
export interface ForwardedPort {
  readonly port: number;
  readonly advertisedPort: number;
}

/** One of several brokers, each a controller as well. */
export interface BrokerOptions {
  readonly id: number;
  readonly clusterId: string;
  /** By the id of the broker, from 1 on. */
  readonly controllerPorts: readonly number[];
  readonly forwarded: readonly ForwardedPort[];
}

export const kafka = kafkaBehind([]);

export function kafkaBehind(forwarded: readonly ForwardedPort[]): LocalServer {
  return kafkaBroker(async () => {
    return { id: 1, clusterId: newClusterId(), controllerPorts: [await freePort()], forwarded };
  });
}

export function newClusterId(): string {
  // One that begins with a hyphen would be taken for an option.
  return randomBytes(16).toString('base64url').replace(/^-/, '_');
}

export function kafkaBroker(plan: () => Promise<BrokerOptions>): LocalServer {
  return {
    name: 'kafka',
    defaultPort: 9092,
    prepare: (context) => prepare(context, plan),
  };
}

async function prepare(
  { places, report }: PrepareContext,
  plan: () => Promise<BrokerOptions>,
): Promise<PreparedServer> {
  const need: JavaNeed = {
    server: 'Kafka',
    instead: 'or name a running Kafka in .env: KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092',
    report,
  };
  const java = await requireJava(need);
  const program = join(places.bin, `kafka-${version}`);
  await buildOnce(program, (folder) => fetchMavenLibraries(libraries, folder, need));
  const data = join(places.data, 'kafka');
  mkdirSync(data, { recursive: true });
  return {
    title: `Kafka ${version}`,
    env: (port) => ({ KAFKA_BOOTSTRAP_SERVERS: `127.0.0.1:${port}` }),
    launch: async (port) => launch({ java, program, data, port, report, ...(await plan()) }),
  };
}

const libraries = {
  name: 'kafka',
  withDependencies: [
    `org.apache.kafka:kafka_2.13:${version}`,
    'org.apache.logging.log4j:log4j-slf4j-impl:2.24.3',
  ],
};

interface LaunchOptions extends Pick<PrepareContext, 'report'>, BrokerOptions {
  readonly java: Java;
  readonly program: string;
  readonly data: string;
  readonly port: number;
}

async function launch(options: LaunchOptions): Promise<Launch> {
  const { java, program, data, port, clusterId, report } = options;
  const settings = join(data, 'server.properties');
  const logging = join(data, 'log4j2.properties');
  const logs = join(data, 'log');
  writeFileSync(settings, serverProperties({ ...options, logs }));
  writeFileSync(logging, logProperties);
  const jvm = ['-Xms128m', '-Xmx384m', ...javaFlags, `-Dlog4j2.configurationFile=${logging}`];
  const start = [...jvm, '-cp', join(program, 'libs', '*')];
  if (!existsSync(join(logs, 'meta.properties'))) {
    report('formatting its log');
    rmSync(logs, { recursive: true, force: true });
    await runCommand({
      what: "Formatting Kafka's log",
      command: java.path,
      args: [...start, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', settings],
    });
    report('starting');
  }
  return {
    command: java.path,
    args: [classArchiveFlag(java, program), ...start, 'kafka.Kafka', settings],
    readyWhen: /Kafka Server started/,
    stopSignal: 'SIGTERM',
    afterStart: () => awaitGroupCoordinator(port),
  };
}

interface Addresses extends BrokerOptions {
  readonly port: number;
  readonly logs: string;
}

function serverProperties(options: Addresses): string {
  const { id, port, forwarded, controllerPorts, logs } = options;
  const clients = [
    { name: 'PLAINTEXT', port, advertisedPort: port },
    ...forwarded.map((ports, index) => ({ name: `FORWARDED${index}`, ...ports })),
  ];
  const controller = { name: 'CONTROLLER', port: controllerPorts[id - 1] };
  const voters = controllerPorts.map((own, index) => `${index + 1}@127.0.0.1:${own}`);
  const copies = Math.min(3, controllerPorts.length);
  const all = [...clients, controller];
  const addresses = all.map((own) => `${own.name}://127.0.0.1:${own.port}`);
  const advertised = clients.map((own) => `${own.name}://127.0.0.1:${own.advertisedPort}`);
  return `process.roles=broker,controller
node.id=${id}
listeners=${addresses.join(',')}
advertised.listeners=${advertised.join(',')}
listener.security.protocol.map=${all.map(({ name }) => `${name}:PLAINTEXT`).join(',')}
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
controller.quorum.voters=${voters.join(',')}
log.dirs=${logs}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=3
offsets.topic.replication.factor=${copies}
transaction.state.log.num.partitions=3
transaction.state.log.replication.factor=${copies}
transaction.state.log.min.isr=1
`;
}

const logProperties = `rootLogger.level=info
rootLogger.appenderRef.console.ref=console
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d %p %c{1}: %m%n
`;
