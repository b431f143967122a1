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

export const kafka = kafkaBehind([]);

export function kafkaBehind(forwarded: readonly ForwardedPort[]): LocalServer {
  return {
    name: 'kafka',
    defaultPort: 9092,
    prepare: (context) => prepare(context, forwarded),
  };
}

async function prepare(
  { places, report }: PrepareContext,
  forwarded: readonly ForwardedPort[],
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
    launch: (port) => launch({ java, program, data, port, forwarded, report }),
  };
}

const libraries = {
  name: 'kafka',
  withDependencies: [
    `org.apache.kafka:kafka_2.13:${version}`,
    'org.apache.logging.log4j:log4j-slf4j-impl:2.24.3',
  ],
};

interface LaunchOptions extends Pick<PrepareContext, 'report'> {
  readonly java: Java;
  readonly program: string;
  readonly data: string;
  readonly port: number;
  readonly forwarded: readonly ForwardedPort[];
}

async function launch(options: LaunchOptions): Promise<Launch> {
  const { java, program, data, port, forwarded, report } = options;
  const settings = join(data, 'server.properties');
  const logging = join(data, 'log4j2.properties');
  const logs = join(data, 'log');
  writeFileSync(
    settings,
    serverProperties({ port, forwarded, controllerPort: await freePort(), logs }),
  );
  writeFileSync(logging, logProperties);
  const jvm = ['-Xms128m', '-Xmx384m', ...javaFlags, `-Dlog4j2.configurationFile=${logging}`];
  const start = [...jvm, '-cp', join(program, 'libs', '*')];
  if (!existsSync(join(logs, 'meta.properties'))) {
    report('formatting its log');
    rmSync(logs, { recursive: true, force: true });
    const id = randomBytes(16).toString('base64url');
    await runCommand({
      what: "Formatting Kafka's log",
      command: java.path,
      args: [...start, 'kafka.tools.StorageTool', 'format', '-t', id, '-c', settings],
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

interface Addresses {
  readonly port: number;
  readonly forwarded: readonly ForwardedPort[];
  readonly controllerPort: number;
  readonly logs: string;
}

function serverProperties({ port, forwarded, controllerPort, logs }: Addresses): string {
  const clients = [
    { name: 'PLAINTEXT', port, advertisedPort: port },
    ...forwarded.map((ports, index) => ({ name: `FORWARDED${index}`, ...ports })),
  ];
  const controller = { name: 'CONTROLLER', port: controllerPort };
  const all = [...clients, controller];
  const addresses = all.map((own) => `${own.name}://127.0.0.1:${own.port}`);
  const advertised = clients.map((own) => `${own.name}://127.0.0.1:${own.advertisedPort}`);
  return `process.roles=broker,controller
node.id=1
listeners=${addresses.join(',')}
advertised.listeners=${advertised.join(',')}
listener.security.protocol.map=${all.map(({ name }) => `${name}:PLAINTEXT`).join(',')}
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:${controllerPort}
log.dirs=${logs}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=3
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=3
transaction.state.log.replication.factor=1
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
