// Free loopback ports. Another program may take a port between the look and its use, so whoever
// starts a server tries again with another port when the first is taken after all.

import { createServer } from 'node:net';

/** The wanted port if nothing listens there, else one that the system picks. */
export async function freePort(wanted = 0): Promise<number> {
  const port = (await bind(wanted)) ?? (await bind(0));
  if (port === undefined) throw new Error('No free port on 127.0.0.1.');
  return port;
}

function bind(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address();
      const bound = typeof address === 'object' && address !== null ? address.port : undefined;
      probe.close(() => resolve(bound));
    });
  });
}
