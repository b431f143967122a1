// Kafka in a run: one broker, or several that hold copies of each other's partitions.

import { freePort } from '../../../stack/ports.ts';
import {
  type ForwardedPort,
  kafkaBehind,
  kafkaBroker,
  newClusterId,
} from '../../../stack/servers/kafka.ts';
import { placesWithin } from '../../support/redis-group.ts';
import type { ServersOptions } from './servers.ts';
import { connects, startVictim, type VictimServer } from './start-victim.ts';

export async function startBrokers(
  options: ServersOptions,
  ports: readonly (readonly ForwardedPort[])[],
): Promise<VictimServer[]> {
  const isUp = (env: VictimServer['env']) => connects(`kafka://${env.KAFKA_BOOTSTRAP_SERVERS}`);
  const [only, ...others] = ports;
  if (only !== undefined && others.length === 0) {
    return [await startVictim({ ...options, name: 'kafka', server: kafkaBehind(only), isUp })];
  }
  const clusterId = newClusterId();
  const controllerPorts: number[] = [];
  for (const _ of ports) controllerPorts.push(await freePort());
  // All at once: none is ready before a majority is.
  return await Promise.all(
    ports.map((forwarded, index) => {
      const id = index + 1;
      const name = `kafka-${id}`;
      const server = kafkaBroker(async () => ({ id, clusterId, controllerPorts, forwarded }));
      return startVictim({
        ...options,
        places: placesWithin(options.places, name),
        ...{ name, server, isUp },
      });
    }),
  );
}
