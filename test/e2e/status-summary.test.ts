import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { DirectoryStatus } from '../../src/http/directorystatus.ts';
import { createHttpFigures } from '../../src/http/figures.ts';
import { openHttp } from '../../src/http/server.ts';
import type { Status } from '../../src/http/status.ts';
import { silentLog } from '../../src/log.ts';
import { startBrowser, visit } from '../support/browser.ts';
import { describeWith } from '../support/requirement.ts';

/** Ten minutes past three at night, where the browser of the tests lives. */
const NOW = '2026-11-21T03:10:05.000Z';
const STEPS = 360;
const MINUTE = 6;

type Answers = Status['history']['answers'];

/** `before` in each step of the hour but the last ones, where it is `after`. */
const steps = (before: number, after = before, last = MINUTE): readonly number[] =>
  Array.from({ length: STEPS }, (_, i) => (i < STEPS - last ? before : after));

const NONE = steps(0);
const QUIET: Answers = { OK: NONE, NOTFOUND: NONE, TEMP: NONE, PERM: NONE, stale: NONE };
const BUSY: Answers = { ...QUIET, OK: steps(9), NOTFOUND: steps(1) };

const STAFF: DirectoryStatus = {
  name: 'staff',
  type: 'ldap',
  state: 'ok',
  openings: 0,
  lastAnswer: NOW,
  lookups: {
    found: 9,
    none: 1,
    stale: 0,
    unknown: 0,
    remembered: 5,
    joined: 0,
    prefetched: 0,
    disbelieved: 0,
  },
  causes: {},
  asked: 5,
  inFlight: 0,
  waiting: 0,
  latency: { count: 0 },
  remembered: { found: 9, none: 1, unknown: 0 },
  dropped: 0,
  pending: [],
};
const DOWN: DirectoryStatus = {
  ...STAFF,
  state: 'open',
  openings: 1,
  circuitSince: '2026-11-21T03:02:10.000Z',
  lastFault: {
    cause: 'timeout',
    reason: 'no answer from ldap://192.0.2.1',
    when: '2026-11-21T03:02:09.000Z',
  },
};

const WELL: Status = {
  version: '1.2.3',
  phase: 'ready',
  now: NOW,
  startedAt: '2026-11-20T03:00:00.000Z',
  maps: [],
  unconfigured: [],
  directories: [STAFF],
  domains: { configured: 1 },
  connections: {
    max: 1000,
    listeners: [],
    endpoints: [],
    rejected: { 'not-allowed': 0, 'too-many': 0, 'too-many-of-peer': 0, tls: 0, accept: 0 },
    violations: {
      netstring: 0,
      oversize: 0,
      truncated: 0,
      unreadable: 0,
      'request-timeout': 0,
      'reply-timeout': 0,
      idle: 0,
    },
  },
  reloads: {
    succeeded: 0,
    failed: 0,
    isLastGood: true,
    lastGoodAt: '2026-11-20T03:00:00.000Z',
  },
  cache: { staleMs: 86_400_000 },
  token: 'configured',
  causes: [],
  history: { stepMs: 10_000, answers: BUSY },
  memory: { rssBytes: 1, heapBytes: 1 },
};

const answers = (changes: Partial<Answers>): Partial<Status> => ({
  history: { stepMs: 10_000, answers: { ...BUSY, ...changes } },
});

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
      metrics: { contentType: 'text/plain', text: async () => '' },
      status: read,
      handlers: { explain: refuse, explainSender: refuse, explainTrace: refuse, purge: refuse },
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
    ['– Nobody asks', 'No lookups', { history: { stepMs: 10_000, answers: QUIET } }],
    ['– The daemon starts', '', { phase: 'starting' }],
    ['– The daemon stops', '', { phase: 'draining' }],
    ['✕ Mail is deferred', '30 of 90 lookups', answers({ TEMP: steps(0, 5) })],
    ['✕ Mail is deferred', 'since 03:09:10', answers({ TEMP: steps(0, 5) })],
    ['✕ Mail is deferred', 'for an hour or longer', answers({ TEMP: steps(5) })],
    ['✕ Mail is deferred', '30 were PERM', answers({ PERM: steps(0, 5) })],
    ['! Some mail is deferred', '1 of 61', answers({ TEMP: steps(0, 1, 1) })],
    [
      '✕ Mail is deferred',
      'timeout at staff (the directory did not answer)',
      {
        ...answers({ TEMP: steps(0, 5) }),
        causes: [{ directory: 'staff', cause: 'timeout', count: 30 }],
      },
    ],
    ['! Memory stands in for a directory', '12 lookups', answers({ stale: steps(0, 2) })],
    [
      '! A directory fails',
      'staff fails, not asked since 03:02:10: no answer from ldap://192.0.2.1 (timeout)',
      { directories: [DOWN] },
    ],
    ['! 2 directories fail', 'It last answered', { directories: [DOWN, DOWN] }],
    [
      '! More mail is refused than before',
      '50 % of the lookups in the last five minutes were NOTFOUND, 10 % in the hour before',
      answers({ NOTFOUND: steps(1, 9, 30) }),
    ],
    ['✓ Mail is answered', '', answers({ NOTFOUND: steps(3, 5, 30) })],
    [
      '! The last configuration was refused',
      'the one of 2026-11-20 03:00:00 serves on',
      { reloads: { ...WELL.reloads, isLastGood: false, failed: 1 } },
    ],
    [
      '✕ Mail is deferred',
      'The last configuration was refused',
      { ...answers({ TEMP: steps(5) }), reloads: { ...WELL.reloads, isLastGood: false } },
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
      causes: [{ directory: evil, cause: evil, count: 1 }],
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
