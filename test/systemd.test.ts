// deploy/systemd: units that systemd itself accepts, one per process, all locked up alike.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { onPath } from '../stack/programs.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = join(root, 'deploy/systemd');
const names = readdirSync(folder).filter((name) => name.endsWith('.service'));

type Unit = ReadonlyMap<string, string>;

/** By `Section.Key`; a unit of ours sets nothing twice. */
function readUnit(name: string): Unit {
  const unit = new Map<string, string>();
  let section = '';
  for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
    const header = /^\[(\w+)\]$/.exec(line)?.[1];
    const [, key, value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (header !== undefined) {
      section = header;
    } else if (key !== undefined) {
      assert.ok(!unit.has(`${section}.${key}`), `${name}: ${key} is set once`);
      unit.set(`${section}.${key}`, value);
    } else {
      assert.match(line, /^(#.*)?$/, `${name}: a line that says nothing`);
    }
  }
  return unit;
}

test('there is one for each process', () => {
  const processes = ['api', 'auditor', 'cleaner', 'listener', 'migrate'];
  assert.deepEqual(
    names.toSorted(),
    processes.map((name) => `cinesync-${name}.service`),
  );
});

test('systemd accepts them, where there is one to ask', (t) => {
  const analyze = onPath('systemd-analyze');
  if (analyze === undefined) {
    t.diagnostic('there is no systemd-analyze here: only the other tests have looked');
    return;
  }
  // A unit that names a program which is not there is refused for that alone.
  const paths = names.map((name) => join(folder, name));
  const { stderr } = spawnSync(analyze, ['verify', ...paths], { encoding: 'utf8' });
  const complaints = stderr.split('\n').filter((line) => {
    return line.includes('cinesync-') && !line.includes('/usr/bin/node is not executable');
  });
  assert.deepEqual(complaints, []);
});

test('each runs a program of this checkout as a user without rights', () => {
  for (const name of names) {
    const unit = readUnit(name);
    const [, main = ''] =
      /^\/usr\/bin\/node (\S+)$/.exec(unit.get('Service.ExecStart') ?? '') ?? [];
    assert.ok(existsSync(join(root, main)), `${name}: ${main}`);
    assert.equal(unit.get('Service.User'), 'cinesync', name);
    assert.equal(unit.get('Service.CapabilityBoundingSet'), '', name);
    assert.equal(unit.get('Service.NoNewPrivileges'), 'yes', name);
    assert.equal(unit.get('Service.ProtectSystem'), 'strict', name);
    const process = name.replace(/cinesync-|\.service/g, '');
    assert.equal(unit.get('Service.EnvironmentFile'), `/etc/cinesync/${process}.env`, name);
  }
});

test('those that stay are started again for ever, and given time to stop', () => {
  for (const name of names.filter((one) => !one.includes('migrate'))) {
    const unit = readUnit(name);
    assert.equal(unit.get('Service.Restart'), 'always', name);
    assert.equal(unit.get('Unit.StartLimitIntervalSec'), '0', name);
    assert.ok(Number(unit.get('Service.TimeoutStopSec')) >= 15, name);
  }
});
