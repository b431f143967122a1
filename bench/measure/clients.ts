// A crowd of readers, each with a kept-alive connection of its own.

import { type HttpAnswer, HttpLink } from '../../test/support/http-link.ts';

export interface Crowd {
  /** By whichever connection is free; waits when none is. */
  get(path: string): Promise<HttpAnswer>;
  close(): void;
}

const timeoutMs = 10_000;

/** The connections are shared out over the ports in turn. */
export function createCrowd(ports: readonly number[], connections: number): Crowd {
  const links = Array.from({ length: connections }, (_, index) => {
    return new HttpLink({ port: ports[index % ports.length] ?? 0, timeoutMs });
  });
  const free = [...links];
  const waiting: ((link: HttpLink) => void)[] = [];
  const take = (): Promise<HttpLink> | HttpLink =>
    free.pop() ?? new Promise((resolve) => waiting.push(resolve));
  const giveBack = (link: HttpLink): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(link);
    else next(link);
  };
  return {
    get: async (path) => {
      const link = await take();
      try {
        const answer = await link.get(path);
        if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.body}`);
        return answer;
      } finally {
        giveBack(link);
      }
    },
    close: () => {
      for (const link of links) link.close();
    },
  };
}
