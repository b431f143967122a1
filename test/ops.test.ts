// The dashboard as a person sees it, in a real browser, over the real pipeline.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openPage, type PageOptions, startBrowser, type WatchedPage } from './support/browser.ts';
import { eventually } from './support/eventually.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { suiteScope } from './support/scope.ts';

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

describe('the dashboard', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let browser: Browser;
  let address: string;

  before(async () => {
    pipeline = await startPipeline(scope, { env: { OPS_PAGE: 'demo' } });
    const [api] = pipeline.apis;
    assert.ok(api);
    address = `${await api.url()}/ops`;
    await pipeline.sql(
      `insert into city (name, countrycode, population)
         select 'Dobric', 'BGR', 111001 where not exists (select from city where name = 'Dobric')`,
    );
    await pipeline.waitUntilApplied();
    await pipeline.waitUntilTrusted();
    browser = await startBrowser(scope);
  });

  async function open(options?: PageOptions): Promise<WatchedPage> {
    const watched = await openPage(browser, options);
    await watched.page.goto(address);
    await watched.page.locator('#verdict[data-state="ok"]').waitFor({ timeout: 60_000 });
    return watched;
  }

  const lastSeenAt = (page: Page, hop: string) =>
    page.locator(`[data-hop="${hop}"] .last`).textContent();

  /** The page follows Kafka a moment after it was opened: until then changes pass unseen. */
  async function untilItFollows(page: Page): Promise<void> {
    await eventually(
      async () => {
        await pipeline.sql(`update city set population = population + 1 where name = 'Dobric'`);
        return (await page.locator('#log td code').count()) > 0 || undefined;
      },
      { what: 'a change to be shown', timeoutMs: 60_000 },
    );
  }

  test('shows an UPDATE arriving at each hop', async () => {
    const { page, complaints } = await open();
    await untilItFollows(page);
    await pipeline.sql(
      `insert into city (name, countrycode, population) values ('Testville', 'XTA', 1)`,
    );
    for (const hop of ['postgres', 'listener', 'kafka', 'cleaner', 'redis']) {
      const hasArrived = async (): Promise<true | undefined> => {
        // Again and again: a hop shows the last one alone, and changes of before may come after it.
        await pipeline.sql(`update city set population = population + 1 where name = 'Testville'`);
        return (await lastSeenAt(page, hop))?.startsWith('XTA') || undefined;
      };
      await eventually(hasArrived, { what: `the change at ${hop}` });
    }
    const shown = (await page.locator('#log tr').allInnerTexts()).join('\n');
    assert.match(shown, /city\s+XTA\s+\+\d+ ms\s+\+\d+ ms/);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('changes a city for whoever asks, and shows the way of it', async () => {
    const { page, complaints } = await open();
    await untilItFollows(page);
    await page.getByRole('button', { name: 'Update Dobric' }).click();
    const steps = page.locator('#steps li');
    await steps.nth(3).waitFor({ timeout: 20_000 });
    const texts = await steps.allInnerTexts();
    assert.match(texts[0] ?? '', /^UPDATE: [\d,]+/);
    assert.match(texts[1] ?? '', /^In Kafka\s+\d+ ms after/);
    assert.match(texts[2] ?? '', /^Gone from Redis\s+\d+ ms later/);
    const population = /[\d,]+/.exec(texts[0] ?? '')?.[0] ?? '';
    assert.equal(texts[3], `Read: ${population}\nfrom the database`);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  for (const options of [
    { colorScheme: 'light' },
    { colorScheme: 'dark' },
    { colorScheme: 'light', width: 360, height: 740 },
  ] as const) {
    const { colorScheme, width = 1180 }: PageOptions = options;
    test(`has nothing that axe finds, ${colorScheme}, ${width} wide`, async () => {
      const { page, complaints } = await open(options);
      const overflow =
        'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      assert.equal(await page.evaluate(overflow), 0, 'nothing sticks out');
      await page.evaluate(axeSource);
      const violations = await page.evaluate('axe.run().then(({ violations }) => violations)');
      const found = violations as { id: string; nodes: { html: string }[] }[];
      assert.deepEqual(
        found.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
        [],
      );
      assert.deepEqual(complaints, []);
      await page.close();
    });
  }

  test('is used with the keyboard alone', async () => {
    const { page } = await open();
    const names: string[] = [];
    for (let stop = 0; stop < 8; stop += 1) {
      await page.keyboard.press('Tab');
      const label = 'document.activeElement.textContent.trim().split(String.fromCharCode(10))[0]';
      names.push(await page.evaluate<string>(label));
    }
    assert.deepEqual(names.slice(0, 3), ['Skip to the figures', 'Theme: auto', 'Update Dobric']);
    await page.getByRole('button', { name: /Theme/ }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
    await page.close();
  });

  test('says who is away, and that it is back', async () => {
    const { page } = await open();
    const [listener] = pipeline.listeners;
    await listener?.stop();
    await page.locator('#verdict[data-state="bad"]').waitFor({ timeout: 60_000 });
    assert.match((await page.locator('#verdict').textContent()) ?? '', /Away: listener/);
    assert.match((await page.locator('[data-hop="listener"]').textContent()) ?? '', /No listener/);
    pipeline.startListener();
    await page.locator('#verdict[data-state="ok"]').waitFor({ timeout: 60_000 });
    await page.close();
  });
});
