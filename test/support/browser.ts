// A real Chromium, the system's own: what a person sees at an address, and what it complains of.

import { onPath } from '../../stack/programs.ts';
import { installed } from '../../stack/servers/install-package.ts';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { TestScope } from './processes.ts';

const packages = { apt: 'chromium', dnf: 'chromium', brew: 'chromium' };

export async function startBrowser(scope: TestScope): Promise<Browser> {
  const find = async (): Promise<string | undefined> => {
    return onPath('chromium', 'chromium-browser', 'google-chrome');
  };
  const need = {
    server: 'The test of the dashboard',
    instead: '',
    report: (text: string) => void process.stderr.write(`${text}\n`),
  };
  const executablePath = (await find()) ?? (await installed('Chromium', packages, need, find));
  // Root may not use the sandbox, and in a container there may be no room in /dev/shm.
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
  const browser = await chromium.launch({ executablePath, args });
  scope.after(() => browser.close());
  return browser;
}

export interface PageOptions {
  width?: number;
  height?: number;
  colorScheme?: 'dark' | 'light';
}

export interface WatchedPage {
  page: Page;
  /** Errors of scripts, of the console and of the content policy. */
  complaints: string[];
}

export async function openPage(browser: Browser, options: PageOptions = {}): Promise<WatchedPage> {
  const { width = 1180, height = 1000, colorScheme = 'light' } = options;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { page, complaints };
}
