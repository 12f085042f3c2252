import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

/** What a page did besides what it was asked to. */
export interface Visit {
  readonly page: Page;
  /** Errors and warnings on its console, and errors that nobody caught. */
  readonly complaints: readonly string[];
  /** Every address that it asked for. */
  readonly requests: readonly string[];
}

/** How it is looked at. */
export interface Look {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
}

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** Starts Debian's Chromium, which will not have its sandbox where root starts it. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });

/** Opens `url` as a new visitor, who leaves when the test ends. */
export async function visit(
  browser: Browser,
  url: string,
  { scheme = 'light', width = 1200 }: Look = {},
): Promise<Visit> {
  const context = await browser.newContext({
    colorScheme: scheme,
    timezoneId: 'UTC',
    viewport: { width, height: 900 },
  });
  onTestFinished(() => context.close());
  // Not subject to the page's content security policy, unlike a script that is added later.
  await context.addInitScript(AXE);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, complaints, requests };
}

/** Lists what is wrong for people who can't see, or hear, or use a mouse: axe-core's rules, and where they are broken. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  const found: unknown = await page.evaluate(`axe.run().then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`);
  if (!Array.isArray(found)) throw new Error(`axe says ${String(found)}`);
  return found.map(String);
}
