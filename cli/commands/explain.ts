// `cinesync explain`: why one entry is what it is.

import type { Command } from 'commander';
import { type EntryExplanation, explainEntry } from '../../observe/explain-entry.ts';
import { act, describeCommand, exitCodes, withObserver } from '../command.ts';
import { canonicalCodes, resourceNamed } from '../resource-argument.ts';
import { table } from '../table.ts';
import { say, type Terminal } from '../terminal.ts';

export function explainCommand(terminal: Terminal): Command {
  return describeCommand({
    usage: 'explain <resource> <code>',
    summary: 'what an entry holds, since which change, and whether the database agrees',
    examples: ['explain city BGR', 'explain city BGR --json | jq .agrees'],
    exit: { done: 'nothing is cached, or it agrees', failed: 'it differs from the database' },
  })
    .option('--json', 'for programs')
    .action(
      act(terminal, (name: string, code: string, options: { json?: true }) =>
        explain(terminal, { name, code, ...options }),
      ),
    );
}

async function explain(
  terminal: Terminal,
  words: { name: string; code: string; json?: true },
): Promise<number> {
  const resource = resourceNamed(words.name);
  const [code = ''] = canonicalCodes(resource, [words.code]);
  return await withObserver(terminal, async (observer) => {
    const explanation = await explainEntry(observer, resource, code);
    say(terminal, words.json ? JSON.stringify(explanation, null, 2) : show(explanation));
    return explanation.agrees === false ? exitCodes.failed : exitCodes.done;
  });
}

const agreement = {
  true: 'the same',
  false: 'SOMETHING ELSE, and it did at every look',
  null: 'not asked: there is no value to compare',
};

function show(explanation: EntryExplanation): string {
  const { key, holds, ttl_ms, bytes, agrees, waiting_changes, lag } = explanation;
  const size = bytes === null ? '' : `, ${bytes} bytes`;
  const life = ttl_ms === null ? '' : `, ${(ttl_ms / 1000).toFixed(1)} s to live`;
  const meaning = {
    value: `a value${size}${life}`,
    lease: `a lease${life}: somebody is loading it`,
    nothing: 'nothing: the next read loads it',
  }[holds];
  const uses =
    lag?.bypass === null
      ? `the cache (${lag.lag_ms} ms behind, bound ${lag.bound_ms} ms)`
      : `Postgres: ${lag?.bypass ?? 'unknown'}`;
  return table([
    [key, meaning],
    ['database', `says ${agreement[`${agrees}`]}`],
    ['outbox', `${waiting_changes} changes of it wait`],
    ['last message', showMessage(explanation)],
    ['read from', uses],
  ]);
}

function showMessage({ last_message: { value, error } }: EntryExplanation): string {
  if (value === null) {
    return error === null ? 'none among the newest' : `unknown: ${error}`;
  }
  const { action, topic, partition, offset, committed_at, published_at, applied } = value;
  const state = { true: 'applied', false: 'NOT APPLIED YET', null: 'unknown whether applied' };
  const times = `committed ${committed_at ?? '?'}, published ${published_at}`;
  return `${action} ${topic}/${partition}@${offset}, ${times}, ${state[`${applied}`]}`;
}
