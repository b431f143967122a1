import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeldCalls } from '../test/support/held-calls.ts';
import { SharedLoads } from './shared-loads.ts';

/** Loads that end when the test says so. */
function heldLoads() {
  const shared = new SharedLoads<string>();
  const loads = new HeldCalls<[code: string], string>();
  return { loads, load: (code: string) => shared.load(code, () => loads.call(code)) };
}

/** Lets everything that needs no time happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a crowd costs one load that runs and one that waits for it', async () => {
  const { load, loads } = heldLoads();
  const first = load('BGR');
  const crowd = Array.from({ length: 50 }, () => load('BGR'));
  await settle();
  assert.equal(loads.begun.length, 1);
  loads.begun[0]?.succeed('old row');
  assert.equal(await first, 'old row');
  await settle();
  assert.equal(loads.begun.length, 2);
  loads.begun[1]?.succeed('new row');
  assert.deepEqual(new Set(await Promise.all(crowd)), new Set(['new row']));
});

test('who arrives while a load runs never gets the row of that load', async () => {
  const { load, loads } = heldLoads();
  const rows: Promise<string>[] = [];
  for (let round = 0; round < 5; round += 1) {
    rows.push(load('BGR'));
    await settle();
    loads.begun[round - 1]?.succeed(`row ${round - 1}`);
    await settle();
  }
  loads.begun[4]?.succeed('row 4');
  assert.deepEqual(await Promise.all(rows), ['row 0', 'row 1', 'row 2', 'row 3', 'row 4']);
});

test('who asks again as soon as it was answered joins the load that waits', async () => {
  const { load, loads } = heldLoads();
  const again = load('BGR').then(() => load('BGR'));
  const waiting = load('BGR');
  loads.begun[0]?.succeed('row 0');
  await settle();
  assert.equal(loads.begun.length, 2, 'still one at a time');
  loads.begun[1]?.succeed('row 1');
  assert.deepEqual(await Promise.all([again, waiting]), ['row 1', 'row 1']);
});

test('a load that fails fails its own readers, and the one that waits is tried', async () => {
  const { load, loads } = heldLoads();
  const first = load('BGR');
  const waiting = load('BGR');
  loads.begun[0]?.fail(new Error('Postgres is away'));
  await assert.rejects(first, { message: 'Postgres is away' });
  await settle();
  loads.begun[1]?.fail(new Error('still away'));
  await assert.rejects(waiting, { message: 'still away' });
  const later = load('BGR');
  loads.begun[2]?.succeed('row');
  assert.equal(await later, 'row');
});

test('a load that throws before it begins is a load that failed', async () => {
  const shared = new SharedLoads<string>();
  const broken = (): Promise<string> => {
    throw new Error('not even begun');
  };
  await assert.rejects(shared.load('BGR', broken), { message: 'not even begun' });
  assert.equal(await shared.load('BGR', async () => 'row'), 'row');
});

test('loads of different codes do not wait for one another', async () => {
  const { load, loads } = heldLoads();
  const rows = [load('BGR'), load('ROU')];
  assert.deepEqual(
    loads.begun.map(({ args }) => args),
    [['BGR'], ['ROU']],
  );
  loads.begun[1]?.succeed('Romania');
  loads.begun[0]?.succeed('Bulgaria');
  assert.deepEqual(await Promise.all(rows), ['Bulgaria', 'Romania']);
});
