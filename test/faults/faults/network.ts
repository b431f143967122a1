// The network between any two parts: connections break, fall silent, get slow.

import { elapse, persist } from '../elapse.ts';
import type { Link } from '../world/network.ts';
import { type Evidence, type Fault, proveThat, type Stage } from './fault.ts';
import type { PlannedFault } from '../plan.ts';

type Befall = (link: Link, planned: PlannedFault) => Promise<string>;

const slowMs = 500;
const delayedShare = 0.01;
const waitForTrafficMs = 10_000;

export const networkFaults: readonly Fault[] = [
  onLink('connection cut', 5, [20, 4000], async ({ proxy }, { durationMs }) => {
    const broken = proxy.countLinksAbove(-1);
    await proxy.cut();
    await elapse(durationMs);
    await proxy.open();
    return `${broken} connections broken, none for ${durationMs} ms`;
  }),
  onLink('half-open', 3, [1000, 8000], async ({ proxy }, { durationMs, random }) => {
    const silent = proxy.countLinksAbove(-1);
    proxy.silence();
    await elapse(durationMs);
    // Either the old connections stay silent for ever, or they break when the network is back.
    if (random.chance(0.5)) proxy.forget();
    else await proxy.open();
    return `${silent} connections silent for ${durationMs} ms`;
  }),
  onLink('latency', 3, [500, 6000], ({ proxy }, { durationMs }) =>
    whileDelayed({ proxy, latencyMs: () => slowMs, durationMs }),
  ),
  // Below every deadline: all goes on, in another order.
  onLink('short latency', 6, [500, 6000], (link, planned) => someLatency(link, planned, [5, 90])),
  // Rows that come later than the invalidation of a change that they do not have yet.
  onLink(
    'slow loads',
    8,
    [3000, 8000],
    (link, planned) => someLatency(link, planned, [40, 800]),
    /^api.*postgres/,
  ),
  onLink('bytes delayed', 4, [1000, 8000], ({ proxy }, { durationMs, random }) =>
    whileDelayed({
      proxy,
      latencyMs: () => (random.chance(delayedShare) ? slowMs : 0),
      durationMs,
    }),
  ),
];

function someLatency(
  { proxy }: Link,
  { durationMs, random }: PlannedFault,
  [min, max]: readonly [min: number, max: number],
): Promise<string> {
  const latencyMs = random.logUniform(min, max);
  return whileDelayed({ proxy, latencyMs: () => latencyMs, durationMs });
}

function onLink(
  kind: string,
  weight: number,
  durationMs: readonly [number, number],
  befall: Befall,
  among = /./,
): Fault {
  return {
    kind,
    weight,
    durationMs,
    fits: () => true,
    befall: (stage, planned) => {
      const links = stage.world.network.links.filter((link) => among.test(link.name));
      const { name } = planned.random.pick(links);
      return stage.alone(name, () => befallLink(stage, name, { planned, befall }));
    },
  };
}

async function befallLink(
  { world }: Stage,
  name: string,
  { planned, befall }: { planned: PlannedFault; befall: Befall },
): Promise<Evidence> {
  const link = world.network.links.find((candidate) => candidate.name === name);
  if (link === undefined) throw new Error(`There is no link ${name}.`);
  // Another fault may have the process or the server down.
  await persist(async () => proveThat(link.proxy.countLinksAbove(-1) > 0, 'nothing is connected'), {
    forMs: waitForTrafficMs,
  });
  return { target: name, proof: await befall(link, planned) };
}

interface Delayed {
  readonly proxy: Link['proxy'];
  readonly latencyMs: () => number;
  readonly durationMs: number;
}

async function whileDelayed({ proxy, latencyMs, durationMs }: Delayed): Promise<string> {
  const before = proxy.bytesDown;
  proxy.delay(latencyMs);
  await elapse(durationMs);
  const passed = async (): Promise<void> => proveThat(proxy.bytesDown > before, 'nothing passed');
  await persist(passed, { forMs: waitForTrafficMs }).finally(() => proxy.delay(() => 0));
  const bytes = proxy.bytesDown - before;
  return `${bytes} bytes came late, or behind others, for ${durationMs} ms`;
}
