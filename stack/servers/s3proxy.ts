// S3Proxy as the object store: S3 in front of a folder. Its own pom would bring the libraries of
// every cloud (230 files, minutes); these are the ones that it needs to serve a folder.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce } from './build-once.ts';
import { type Java, type JavaNeed, classArchiveFlag, javaFlags, requireJava } from './java.ts';
import type { Launch, PrepareContext, PreparedServer } from './local-server.ts';
import { fetchMavenLibraries } from './maven-libraries.ts';
import { localKeys, objectStoreEnv } from './object-store-keys.ts';

const version = '3.1.0';

export async function prepareS3Proxy({ places, report }: PrepareContext): Promise<PreparedServer> {
  const need: JavaNeed = {
    server: 'S3Proxy (the object store)',
    instead: 'or build MinIO (needs Go): npm run stack:minio',
    report,
  };
  const java = await requireJava(need);
  const program = join(places.bin, `s3proxy-${version}`);
  await buildOnce(program, (folder) =>
    fetchMavenLibraries({ name: 's3proxy', alone: libraries }, folder, need),
  );
  const data = join(places.data, 's3proxy');
  mkdirSync(join(data, 'buckets'), { recursive: true });
  return {
    title: `S3Proxy ${version}`,
    env: objectStoreEnv,
    launch: async (port) => launch({ java, program, data, port }),
  };
}

interface LaunchOptions {
  readonly java: Java;
  readonly program: string;
  readonly data: string;
  readonly port: number;
}

function launch({ java, program, data, port }: LaunchOptions): Launch {
  const settings = join(data, 's3proxy.properties');
  const logging = join(data, 'logback.xml');
  writeFileSync(settings, properties(port, join(data, 'buckets')), { mode: 0o600 });
  writeFileSync(logging, logSettings);
  return {
    command: java.path,
    args: [
      ...['-Xmx256m', ...javaFlags, classArchiveFlag(java, program)],
      `-Dlogback.configurationFile=${logging}`,
      ...['-cp', join(program, 'libs', '*')],
      ...['org.gaul.s3proxy.Main', '--properties', settings],
    ],
    readyWhen: /Server Started /,
    stopSignal: 'SIGTERM',
  };
}

function properties(port: number, buckets: string): string {
  return `s3proxy.authorization=aws-v2-or-v4
s3proxy.endpoint=http://127.0.0.1:${port}
s3proxy.identity=${localKeys.access}
s3proxy.credential=${localKeys.secret}
jclouds.provider=filesystem-nio2
jclouds.filesystem.basedir=${buckets}
`;
}

const logSettings = `<configuration>
  <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d %-5level %logger{0} %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="console"/></root>
</configuration>
`;

const libraries = [
  'aopalliance:aopalliance:1.0',
  'args4j:args4j:2.37',
  'ch.qos.logback:logback-classic:1.5.32',
  'ch.qos.logback:logback-core:1.5.32',
  'com.fasterxml.jackson.core:jackson-annotations:2.18.2',
  'com.fasterxml.jackson.core:jackson-core:2.18.2',
  'com.fasterxml.jackson.core:jackson-databind:2.18.2',
  'com.fasterxml.jackson.dataformat:jackson-dataformat-xml:2.21.2',
  'com.fasterxml.woodstox:woodstox-core:7.0.0',
  'com.google.code.gson:gson:2.12.1',
  'com.google.errorprone:error_prone_annotations:2.42.0',
  'com.google.guava:failureaccess:1.0.3',
  'com.google.guava:guava:33.5.0-jre',
  'com.google.inject.extensions:guice-assistedinject:7.0.0',
  'com.google.inject:guice:7.0.0',
  'jakarta.annotation:jakarta.annotation-api:2.0.0',
  'jakarta.inject:jakarta.inject-api:2.0.1',
  'jakarta.servlet:jakarta.servlet-api:6.0.0',
  'jakarta.ws.rs:jakarta.ws.rs-api:3.0.0',
  'jakarta.xml.bind:jakarta.xml.bind-api:4.0.2',
  // S3Proxy's own classes name these three clouds' and refuse to load without them.
  'org.apache.jclouds.api:oauth:2.7.0',
  'org.apache.jclouds.api:openstack-keystone:2.7.0',
  'org.apache.jclouds.api:openstack-swift:2.7.0',
  'org.apache.jclouds.api:s3:2.7.0',
  'org.apache.jclouds.api:sts:2.7.0',
  'org.apache.jclouds.driver:jclouds-slf4j:2.7.0',
  'org.apache.jclouds.provider:aws-s3:2.7.0',
  'org.apache.jclouds.provider:azureblob:2.7.0',
  'org.apache.jclouds.provider:google-cloud-storage:2.7.0',
  'org.apache.jclouds:jclouds-blobstore:2.7.0',
  'org.apache.jclouds:jclouds-core:2.7.0',
  'org.codehaus.woodstox:stax2-api:4.2.2',
  `org.gaul:s3proxy:${version}`,
  'org.slf4j:slf4j-api:2.0.17',
];
