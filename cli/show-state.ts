// The state of an installation as a page of text: one paragraph per part, in the order of the flow.

import type { Reading } from '../observe/reading.ts';
import type { GroupState } from '../observe/state/consumer-group.ts';
import type { ResourceLag } from '../observe/state/lag.ts';
import type { LeadershipState } from '../observe/state/leadership.ts';
import type { OutboxState } from '../observe/state/outbox.ts';
import type { ProcessState, ReadCounts } from '../observe/state/processes.ts';
import type { SystemState } from '../observe/system-state.ts';
import type { Paint } from '../stack/terminal.ts';
import { table } from './table.ts';

export function showState(state: SystemState, paint: Paint): string {
  const { lag, outbox, events, listeners, cleaners, capture, processes } = state;
  const paragraphs: [title: string, body: string][] = [
    ['outbox', read(outbox, showOutbox)],
    ['events', read(events, showOutbox)],
    ['listeners', read(listeners, showListeners)],
    [
      'cleaners',
      cleaners === null ? 'none: the listener cleans Redis itself' : read(cleaners, showGroup),
    ],
    ['lag', read(lag, showLag)],
    ['reads', showReads(processes)],
    [
      'capture',
      read(capture, (findings) =>
        findings.length === 0
          ? 'no findings'
          : table(
              findings.map(({ resource, table: name, problem }) => [resource, name ?? '', problem]),
            ),
      ),
    ],
    ['processes', table(processes.map(showProcess))],
  ];
  return paragraphs
    .map(([title, body]) => `${paint('bold', title)}\n${body.replaceAll(/^/gm, '  ')}`)
    .join('\n');
}

function read<Value>({ value, error }: Reading<Value>, show: (value: Value) => string): string {
  return value === null ? `unknown: ${error}` : show(value);
}

function showOutbox({ rows, rows_capped, oldest_s }: OutboxState): string {
  const age = oldest_s === null ? '' : `, the oldest for ${oldest_s.toFixed(1)} s`;
  return `${rows}${rows_capped ? ' or more' : ''} rows wait${age}`;
}

function showListeners({ leader, standbys }: LeadershipState): string {
  const name = ({ pid, address }: { pid: number; address: string | null }) =>
    `${address ?? 'local'} (session ${pid})`;
  const rows = [
    ['leader', leader === null ? 'none' : name(leader)],
    ...standbys.map((standby) => ['standby', name(standby)]),
  ];
  return table(rows);
}

function showGroup({ group, state, members, messages_behind }: GroupState): string {
  const rows = members.map(({ client, host, partitions }) => [
    client,
    host,
    `${partitions} partitions`,
  ]);
  const behind = Object.entries(messages_behind).map(([topic, count]) => [
    topic,
    `${count} messages behind`,
  ]);
  return table([[group, state], ...rows, ...behind]);
}

function showLag(lags: readonly ResourceLag[]): string {
  const rows = lags.map(({ resource, lag_ms, bound_ms, bypass, partitions }) => [
    resource,
    lag_ms === null ? 'no heartbeat' : `${lag_ms} ms of ${bound_ms}`,
    partitions.map(({ partition, lag_ms: lag }) => `${partition}: ${lag ?? '-'}`).join('  '),
    bypass === null ? 'cache' : `BYPASS ${bypass}`,
  ]);
  return table([['resource', 'lag', 'by partition, ms', 'read from'], ...rows]);
}

function showReads(processes: readonly ProcessState[]): string {
  const rows = processes.flatMap(({ url, reads }) =>
    Object.entries(reads).map(([resource, counts]) => [url, resource, ...showCounts(counts)]),
  );
  const header = ['API', 'resource', 'hit rate', 'memory', 'hits', 'misses', 'bypasses', 'stale'];
  return rows.length === 0 ? 'no API has answered any' : table([header, ...rows]);
}

function showCounts({ memory, hit, miss, bypass, stale }: ReadCounts): string[] {
  const all = memory + hit + miss + bypass + stale;
  const rate = all === 0 ? '-' : `${(((memory + hit) / all) * 100).toFixed(1)} %`;
  return [rate, ...[memory, hit, miss, bypass, stale].map(String)];
}

function showProcess({ url, process, status, problems }: ProcessState): string[] {
  const complaints = problems.map(({ problem }) => problem).join(', ');
  return [process ?? '?', url, status, complaints];
}
