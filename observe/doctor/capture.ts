// Whether every change of a watched table is captured: what cache.audit() says.

import { type CaptureFinding, readCaptureFindings, readWatchedTables } from '../state/capture.ts';
import type { WatchedTable } from '../state/capture.ts';
import { type Check, ill, well } from './finding.ts';

export const checkCapture: Check = async ({ listenerDatabase }) => {
  const findings = await readCaptureFindings(listenerDatabase);
  if (findings.length === 0) {
    return [well('capture', 'every change of a watched table is captured')];
  }
  const rules = await readWatchedTables(listenerDatabase).catch(() => []);
  return findings.map((finding) => {
    const { resource, table, problem } = finding;
    const where = table === null ? resource : `${resource}: ${table}`;
    return ill('capture', 'capture-broken', `${where}: ${problem}`, repair(finding, rules));
  });
};

/** Declaring a table again repairs its triggers and flushes. */
function repair({ resource, table }: CaptureFinding, rules: readonly WatchedTable[]): string {
  const rule =
    rules.find((known) => known.table === table && known.resource === resource) ??
    rules.find((known) => known.table === table);
  const command = 'npx cinesync watch';
  return rule === undefined
    ? `${command} ${table ?? 'TABLE'} --resource ${resource} --columns COLUMN`
    : `${command} ${rule.table} --resource ${rule.resource} --columns ${rule.columns.join(',')}`;
}
