// `cinesync tail`: invalidations as they pass.

import type { Command } from 'commander';
import { followInvalidations, type Invalidation } from '../../observe/follow-invalidations.ts';
import { listenForStop } from '../../stack/stop-signal.ts';
import { act, describeCommand, exitCodes, UsageError, withObserver } from '../command.ts';
import { resourceNamed } from '../resource-argument.ts';
import { complain, say, type Terminal } from '../terminal.ts';

export function tailCommand(terminal: Terminal): Command {
  return describeCommand({
    usage: 'tail [resources...]',
    summary: 'invalidations as they pass, with the time of each hop, until Ctrl-C',
    examples: ['tail', 'tail city', "tail --json | jq -r 'select(.applied_ms > 100) | .code'"],
    exit: { done: 'when asked to stop', failed: 'Kafka can not be read' },
  })
    .option('--json', 'for programs: one line each')
    .action(
      act(terminal, (names: string[], options: { json?: true }) => tail(terminal, names, options)),
    );
}

async function tail(terminal: Terminal, names: string[], options: { json?: true }) {
  const resources = names.map((name) => resourceNamed(name).name);
  return await withObserver(terminal, async (observer) => {
    const { kafka } = observer;
    if (kafka === undefined) {
      throw new UsageError(
        'there is no Kafka here (ENABLE_KAFKA=false), so nothing passes through',
      );
    }
    const signal = listenForStop(() => process.exit(exitCodes.failed));
    const stop = await followInvalidations({
      observer: { ...observer, kafka },
      ...(resources.length === 0 ? {} : { resources }),
      onInvalidation: (invalidation) =>
        say(terminal, options.json ? JSON.stringify(invalidation) : line(invalidation)),
    });
    complain(terminal, 'following; Ctrl-C ends it');
    await signal.requested;
    await stop();
    return exitCodes.done;
  });
}

function line(invalidation: Invalidation): string {
  const { at, resource, action, code, topic, partition, offset } = invalidation;
  const what = action === 'invalidate_cache' ? code : `${code} ${action}`;
  const hops = [
    `to Kafka ${milliseconds(invalidation.published_ms)}`,
    `to Redis ${milliseconds(invalidation.applied_ms)}`,
  ];
  return `${at}  ${resource} ${what}  ${topic}/${partition}@${offset}  ${hops.join(', ')}`;
}

function milliseconds(duration: number | null): string {
  return duration === null ? 'unknown' : `${duration} ms`;
}
