// A Kafka of a test's own behind a proxy. Kafka tells its clients where to come back to, so it has
// to know the proxy's port.

import { freePort } from '../../stack/ports.ts';
import { kafkaBehind } from '../../stack/servers/kafka.ts';
import { startOwnServer } from './own-server.ts';
import type { TestScope } from './processes.ts';
import { TcpProxy } from './tcp-proxy.ts';

export interface ForwardedKafka {
  proxy: TcpProxy;
  /** As in KAFKA_BOOTSTRAP_SERVERS: through the proxy, and past it. */
  forwarded: string;
  direct: string;
}

export async function startForwardedKafka(scope: TestScope): Promise<ForwardedKafka> {
  const port = await freePort();
  const proxy = new TcpProxy(`kafka://127.0.0.1:${port}`);
  await proxy.open();
  scope.after(() => proxy.cut());
  const forwarded = new URL(proxy.through('http://127.0.0.1:1'));
  const ports = { port, advertisedPort: Number(forwarded.port) };
  const { env } = await startOwnServer(scope, kafkaBehind([ports]));
  return { proxy, forwarded: forwarded.host, direct: env.KAFKA_BOOTSTRAP_SERVERS ?? '' };
}
