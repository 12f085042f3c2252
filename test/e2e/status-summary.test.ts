import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createHttpFigures } from '../../src/http/figures.ts';
import { openHttp } from '../../src/http/server.ts';
import type { Status } from '../../src/http/statusreport.ts';
import { silentLog } from '../../src/log.ts';
import { startBrowser, visit } from '../support/browser.ts';
import { describeWith } from '../support/requirement.ts';
import { answers, DOWN, NOW, steps, WELL } from '../support/status.ts';

describeWith(['chromium'], 'the status page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  /** Opens the page of a daemon that fares as `read` tells. */
  const open = async (read: () => Status) => {
    const refuse = () => Promise.reject(new Error('not offered'));
    const endpoint = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
    const server = await openHttp({
      endpoint,
      settings: () => ({ endpoint, hosts: [], acknowledgeUnauthenticated: false }),
      phase: () => 'ready',
      metrics: async () => ({ contentType: 'text/plain', text: async () => '' }),
      status: read,
      handlers: {
        explain: refuse,
        explainSender: refuse,
        explainTrace: refuse,
        purge: refuse,
        shadow: refuse,
      },
      log: silentLog,
      figures: createHttpFigures(),
    });
    onTestFinished(() => server.close());
    if (server.endpoint.kind !== 'tcp') throw new Error('it does not listen on tcp');
    const url = `http://127.0.0.1:${server.endpoint.port}/status`;
    const { page } = await visit(browser, url);
    await page.locator('.card').first().waitFor();
    return page;
  };

  test.each<readonly [title: string, detail: string, changes: Partial<Status>]>([
    ['✓ Mail is answered', '270 OK, 30 NOTFOUND, none deferred', {}],
    ['✕ Mail is deferred', 'since 03:09:10', answers({ TEMP: steps(0, 5) })],
    [
      '! A directory fails',
      'Directory staff fails since 03:02:05, not asked since 03:02:10',
      { directories: [DOWN] },
    ],
  ])('says "%s" and %j', async (title, detail, changes) => {
    const page = await open(() => ({ ...WELL, ...changes }));
    expect(await page.getByRole('status').innerText()).toBe(title);
    expect(await page.locator('#details').innerText()).toContain(detail);
  });

  test('shows what it is told as text, whatever it holds', async () => {
    const evil = '<img src=x onerror=alert(1)>';
    const page = await open(() => ({
      ...WELL,
      version: evil,
      maps: [
        {
          name: evil,
          kind: 'mailboxes',
          answers: { OK: 1, NOTFOUND: 0, TEMP: 0, PERM: 0 },
          waiting: 0,
          latency: { count: 0 },
        },
      ],
      causes: [{ directory: evil, cause: evil, count: 1, lastMinute: 1 }],
      directories: [
        {
          ...DOWN,
          name: evil,
          type: evil,
          lastFault: { cause: evil, reason: evil, when: NOW },
        },
      ],
    }));
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('main').innerText()).toContain(`Directory ${evil} fails`);
  });

  test('forgets what is over', async () => {
    let status: Status = { ...WELL, ...answers({ TEMP: steps(5) }), directories: [DOWN] };
    const page = await open(() => status);
    await page.getByText('✕ Mail is deferred').waitFor();
    status = WELL;
    await page.getByText('✓ Mail is answered').waitFor();
    expect(await page.locator('.fault').count()).toBe(0);
  });

  test('leaves text alone that somebody has marked', async () => {
    let status: Status = { ...WELL, directories: [DOWN] };
    const page = await open(() => status);
    await page.locator('.fault code').selectText();
    status = { ...WELL, version: '4.5.6' };
    await page.getByText('4.5.6').waitFor();
    expect(await page.locator('.fault').innerText()).toContain('no answer from ldap://192.0.2.1');
  });

  test('comes back with the daemon', async () => {
    let isBroken = false;
    const page = await open(() => {
      if (isBroken) throw new Error('broken');
      return WELL;
    });
    isBroken = true;
    await page.getByRole('alert').getByText('The daemon shows no figures').waitFor();
    isBroken = false;
    await page.getByRole('alert').waitFor({ state: 'hidden' });
    expect(await page.getByRole('status').innerText()).toBe('✓ Mail is answered');
  });
});
