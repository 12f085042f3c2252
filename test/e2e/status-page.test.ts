import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/config/sources/secret.ts';
import { type Daemon, startDaemon } from '../../src/daemon/daemon.ts';
import { silentLog } from '../../src/log.ts';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { loadSettings } from '../../src/settings.ts';
import { createSocketmapClient, type SocketmapClient } from '../../src/socketmap/client.ts';
import { findBarriers, startBrowser, type Visit, visit } from '../support/browser.ts';
import { describeWith } from '../support/requirement.ts';
import { account, createScripted, employ, type ScriptedDirectory } from '../support/scripted.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';

const TOKEN = 'correct-horse-battery';
const ANN = 'ann@example.org';

describeWith(['chromium'], 'the status page of a daemon', () => {
  let browser: Browser;
  let directory: ScriptedDirectory;
  let daemon: Daemon;
  let client: SocketmapClient;
  let url: string;

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    const temporary = await makeTemporaryDirectory('idpmap-page');
    onTestFinished(() => temporary.remove());
    directory = createScripted();
    directory.listed = ['example.org'];
    employ(directory, [account(ANN, { aliases: ['a@example.org'], logins: ['ann'] })]);
    const { settings } = await loadSettings({
      environment: {},
      instead: {
        listen: 'tcp://127.0.0.1:0',
        http: 'tcp://127.0.0.1:0',
        domains: { 'example.org': { directory: 'staff' } },
        directories: { staff: { type: 'file', path: join(temporary.path, 'nobody-reads-this') } },
        cache: { fresh: '1ms', freshNone: '1ms', unknown: '1ms' },
        // However busy the machine is, nobody is deferred while all is well.
        deadline: '5s',
      },
    });
    daemon = await startDaemon({
      settings: { ...settings, http: { ...settings.http, token: new Secret(TOKEN) } },
      controlPath: join(temporary.path, 'control'),
      log: silentLog,
      showAddress: (address) => address,
      open: async () => directory,
    });
    onTestFinished(() => daemon.stop());
    const [endpoint] = daemon.endpoints();
    url = `http://127.0.0.1:${portOf(daemon.http)}/status`;
    client = createSocketmapClient({ endpoint: tcpOf(endpoint), timeoutMs: 5000 });
    onTestFinished(() => client.close());
  });

  const open = (fragment = '', look: Parameters<typeof visit>[2] = {}): Promise<Visit> =>
    visit(browser, `${url}${fragment}`, look);

  const explain = async ({ page }: Visit, address: string, login = ''): Promise<void> => {
    await page.getByLabel('Address, or the id').fill(address);
    await page.getByLabel('May this login').fill(login);
    await page.getByRole('button', { name: 'Explain' }).click();
  };

  /** The directory fails from now on, and Postfix asks. */
  const breakDirectory = async (): Promise<void> => {
    directory.mode = 'fails';
    for (let i = 0; i < 20; i++) await client.ask('user-exists', `newcomer-${i}@example.org`);
  };

  test('complains of nothing and asks nobody else', async () => {
    const { page, complaints, requests } = await open(`#token=${TOKEN}`);
    await page.locator('.card').waitFor();
    await page.waitForResponse(/api\/status/);
    expect(complaints).toEqual([]);
    expect(new Set(requests.map((request) => new URL(request).origin))).toEqual(
      new Set([new URL(url).origin]),
    );
  });

  test('draws a chart of each kind of verdict', async () => {
    const { page } = await open();
    const charts = page.getByRole('img');
    await page.locator('.card').waitFor();
    expect(await charts.count()).toBe(4);
    for (const chart of await charts.all())
      expect(await chart.locator('canvas').boundingBox()).toMatchObject({ height: 56 });
  });

  test('counts what Postfix was answered', async () => {
    await client.ask('user-exists', ANN);
    await client.ask('user-exists', 'nobody@example.org');
    const { page } = await open();
    const figures = page.locator('.figure');
    await page.locator('.card').waitFor();
    expect(await figures.allInnerTexts()).toEqual([
      '1 in the last minute · 50 %',
      '1 in the last minute · 50 %',
      '0 in the last minute · 0 %',
      '0 in the last minute',
    ]);
  });

  test('shows an outage within 5 s, with its directory and its reason, without being loaded again', async () => {
    await client.ask('user-exists', ANN);
    const { page } = await open();
    await page.getByText('Mail is answered').waitFor();
    await breakDirectory();
    const limit = { timeout: 5000 };
    await page.getByText('Mail is deferred').waitFor(limit);
    await page.locator('.card.bad', { hasText: 'staff' }).waitFor(limit);
    await page.locator('#details', { hasText: 'Directory staff fails' }).waitFor(limit);
    await page.locator('.fault', { hasText: 'refused' }).waitFor(limit);
    await page.locator('#causes li', { hasText: 'directory at staff' }).waitFor(limit);
    expect(await page.title()).toContain('Mail is deferred');
  });

  test('says that the daemon is gone within 5 s', async () => {
    const { page } = await open();
    await page.locator('.card').waitFor();
    await daemon.stop();
    await page.getByRole('alert').waitFor({ timeout: 5000 });
    expect(await page.getByRole('alert').innerText()).toContain(
      "The daemon can't be reached since",
    );
  });

  test('explains an address to whoever came by a link with the token', async () => {
    const visitor = await open(`#token=${TOKEN}`);
    await explain(visitor, 'A@Example.org');
    const { page } = visitor;
    await page.getByText('Postfix will say 250').waitFor();
    const said = await page.locator('#explanation').innerText();
    expect(said).toContain('A@Example.org is compared as a@example.org');
    expect(said.match(/^staff: account ann@example\.org;.*a@example\.org/gm)).toHaveLength(1);
    expect(said).toMatch(
      /^virtual-aliases → OK ann@example\.org: staff has it as it is written, (?:asked now|remembered)/m,
    );
  });

  test('explains whether a login may send as an address', async () => {
    const visitor = await open(`#token=${TOKEN}`);
    await explain(visitor, ANN, 'bob');
    await visitor.page.getByText('Postfix will say 553 to MAIL FROM of bob').waitFor();
  });

  test('explains the id of a TEMP', async () => {
    await breakDirectory();
    const answer = await client.ask('user-exists', 'late@example.org');
    const reason = 'reason' in answer ? answer.reason : '';
    const visitor = await open(`#token=${TOKEN}`);
    await explain(visitor, reason.slice(-6));
    await visitor.page.getByText('user-exists late@example.org was answered TEMP').waitFor();
  });

  test('takes the token out of the address bar, and sends it in no address', async () => {
    const visitor = await open(`#token=${TOKEN}`);
    await explain(visitor, ANN);
    await visitor.page.getByText('Postfix will say').waitFor();
    expect(visitor.page.url()).toBe(url);
    expect(visitor.requests.filter((request) => request.includes(TOKEN))).toEqual([]);
    expect(visitor.requests.filter((request) => request.includes('ann'))).toEqual([]);
  });

  test('keeps the token for its tab only', async () => {
    const { page } = await open(`#token=${TOKEN}`);
    const other = await page.context().newPage();
    await other.goto(url);
    expect(await page.getByLabel('Token').isVisible()).toBe(false);
    expect(await other.getByLabel('Token').isVisible()).toBe(true);
    expect(await page.context().cookies()).toEqual([]);
  });

  test('asks for the token, and again where it is wrong', async () => {
    const visitor = await open();
    const { page } = visitor;
    const use = async (token: string) => {
      await page.getByLabel('Token').fill(token);
      await page.getByRole('button', { name: 'Use it' }).click();
    };
    await use('wrong');
    await explain(visitor, ANN);
    await page.getByText('That is not the token. The right one is in the file').waitFor();
    await use(TOKEN);
    await page.getByText('Postfix will say 250').waitFor();
    expect(await page.getByLabel('Token').isVisible()).toBe(false);
  });

  test('is used by keyboard alone', async () => {
    const { page } = await open(`#token=${TOKEN}`);
    await page.locator('.card').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type(ANN);
    await page.keyboard.press('Enter');
    await page.getByText('Postfix will say 250').waitFor();
  });

  test.each([
    ['light', 1200],
    ['dark', 1200],
    ['light', 390],
    ['dark', 390],
  ] as const)('has no barriers: %s, %i pixels wide, in an outage', async (scheme, width) => {
    await client.ask('user-exists', ANN);
    await breakDirectory();
    const visitor = await open(`#token=${TOKEN}`, { scheme, width });
    await explain(visitor, ANN);
    await visitor.page.getByText('Postfix will say').waitFor();
    expect(await findBarriers(visitor.page)).toEqual([]);
  });

  test('has no barriers where it asks for the token and reaches nobody', async () => {
    const { page } = await open();
    await page.locator('.card').waitFor();
    await daemon.stop();
    await page.getByRole('alert').waitFor();
    expect(await findBarriers(page)).toEqual([]);
  });

  test('fits a phone', async () => {
    await breakDirectory();
    const visitor = await open(`#token=${TOKEN}`, { width: 390 });
    await explain(visitor, `${'long-'.repeat(12)}name@example.org`);
    await visitor.page.getByText('Postfix will say').waitFor();
    expect(await visitor.page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });

  test('is dark where the visitor wants it', async () => {
    const backOf = async (scheme: 'light' | 'dark') => {
      const { page } = await open('', { scheme });
      return page.evaluate('getComputedStyle(document.body).backgroundColor');
    };
    expect(await backOf('light')).toBe('rgb(245, 246, 248)');
    expect(await backOf('dark')).toBe('rgb(16, 20, 25)');
  });
});

const tcpOf = (endpoint: Endpoint | undefined): Endpoint & { readonly kind: 'tcp' } => {
  if (endpoint?.kind !== 'tcp') throw new Error('the daemon does not listen on tcp');
  return endpoint;
};

const portOf = (endpoint: Endpoint | undefined): number => tcpOf(endpoint).port;
