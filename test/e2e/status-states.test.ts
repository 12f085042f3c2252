import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { status } from '../../src/cli/status.ts';
import { openDirectory } from '../../src/directory/types.ts';
import { findBarriers, startBrowser, visit } from '../support/browser.ts';
import { capture } from '../support/command.ts';
import { KEY } from '../support/fleet/daemons.ts';
import { startEngine, type TestEngine } from '../support/fleet/engine.ts';
import { startMember } from '../support/fleet/member.ts';
import { type Instance, listingNone, makePlace, startInstance } from '../support/instance.ts';
import { describeWith } from '../support/requirement.ts';
import {
  account,
  createScripted,
  employ,
  group,
  type ScriptedDirectory,
} from '../support/scripted.ts';
import { until } from '../support/until.ts';

const CONFIG = `
http: tcp://127.0.0.1:0
domains: { example.org: { directory: staff }, example.net: { directory: others } }
directories:
  staff: { type: file, path: nobody-reads-this, timeout: 500ms }
  others: { type: file, path: others.yaml }
cache: { fresh: 1ms, freshNone: 1ms, unknown: 1ms }
`;

const KNOWN = ['ann', 'bob', 'carl', 'dora', 'eve', 'finn', 'gina', 'hal'];

const peopleOf = (names: readonly string[]): string =>
  `accounts:\n${names.map((name) => `  - address: ${name}@example.net\n`).join('')}`;

interface Scene extends Instance {
  readonly staff: ScriptedDirectory;
  /** Asks for so many people who were never asked for, all at once. */
  readonly flood: (count: number) => Promise<unknown>;
}

/** A daemon whose directory `staff` is scripted, and whose directory `others` is a file. */
async function start({
  deadline = '5s',
  domain = '{ directory: staff }',
  engine,
}: {
  readonly deadline?: string;
  /** The domain of the directory `staff`. */
  readonly domain?: string;
  /** Of its fleet, in which it is the only one; absent: it has none. */
  readonly engine?: TestEngine;
}): Promise<Scene> {
  const fleet =
    engine === undefined ? '' : `fleet: { url: "${engine.url}", key: "${KEY}", timeout: 1s }\n`;
  const place = await makePlace();
  await writeFile(join(place, 'others.yaml'), peopleOf(KNOWN));
  const staff = createScripted();
  employ(
    staff,
    KNOWN.map((name) => account(`${name}@example.org`)),
  );
  const begin = engine === undefined ? startInstance : startMember;
  const instance = await begin({
    place,
    config: `${CONFIG.replace('{ directory: staff }', domain)}deadline: ${deadline}\n${fleet}`,
    open: async (settings, hooks) =>
      hooks.name === 'staff' ? listingNone(staff) : openDirectory(settings, hooks),
  });
  await instance.notes.next('others.yaml loaded');
  const flood = (count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, i) => instance.ask('user-exists', `n${i}@example.org`)),
    );
  for (const name of KNOWN) await instance.ask('user-exists', `${name}@example.org`);
  return { ...instance, staff, flood };
}

/** What is brought about, how the verdict begins, and what it says besides. */
const STATES: Readonly<
  Record<
    string,
    {
      readonly deadline?: string;
      /** The domain of the directory `staff`. */
      readonly domain?: string;
      /** Whether the daemon has a fleet, of which it is the only one. */
      readonly fleet?: true;
      readonly enter?: (scene: Scene, engine: TestEngine) => Promise<unknown>;
      readonly title: string | RegExp;
      readonly says: readonly RegExp[];
      readonly code: number;
    }
  >
> = {
  normal: { title: '✓ Mail is answered', says: [/8 OK, 0 NOTFOUND, none deferred/], code: 0 },
  outage: {
    enter: async ({ staff, flood, ask, notes }) => {
      staff.mode = 'fails';
      await flood(20);
      await notes.next('circuit opened');
      await ask('user-exists', 'ann@example.org');
    },
    title: '✕ Mail is deferred',
    says: [
      /were deferred, since \d\d:\d\d:\d\d\./,
      /Directory staff fails since .*, not asked since .*: refused \(directory\)/,
      /Known people \(8 addresses\) go on receiving from memory, the last of them until /,
    ],
    code: 2,
  },
  hang: {
    deadline: '100ms',
    enter: async ({ staff, flood, notes }) => {
      staff.mode = 'hangs';
      await flood(20);
      await notes.next('circuit opened');
    },
    title: '✕ Mail is deferred',
    says: [/Directory staff fails since .*: no answer within 500 ms \(timeout\)/, /Known people/],
    code: 2,
  },
  'outage that is over': {
    enter: async ({ staff, flood, notes }) => {
      staff.mode = 'fails';
      await flood(20);
      await notes.next('circuit opened');
      staff.mode = 'well';
      await notes.next('circuit closed');
    },
    title: /^! Mail was deferred until \d\d:\d\d:\d\d$/,
    says: [
      /were deferred, from .* to .*\. Senders try again, what waits is delivered by itself/,
      /Directory staff answers again since .*: 20 of its lookups were deferred, memory answered 0/,
    ],
    code: 1,
  },
  "answer that can't be sent": {
    enter: async ({ staff, ask }) => {
      const members = Array.from({ length: 9000 }, (_, i) => `member${i}@example.org`);
      employ(staff, [group('all@example.org', members)]);
      await ask('virtual-aliases', 'all@example.org');
    },
    title: "! An answer can't be sent",
    says: [/8 OK, 0 NOTFOUND, 1 deferred/, /larger than Postfix reads\. To do: split the group/],
    code: 1,
  },
  'held edit': {
    enter: async ({ place, notes }) => {
      await writeFile(join(place, 'others.yaml'), peopleOf(['zoe']));
      await notes.next('would lose');
    },
    title: '! Directory others needs attention',
    says: [/Directory others: others\.yaml would lose 8 of 8 accounts.*idpmap accept others/],
    code: 1,
  },
  'shadow differences': {
    domain: '{ directory: staff, shadow: others }',
    enter: async ({ command }) => {
      const isCompared = async () =>
        /"compared":8/.test(JSON.stringify(await command('status', {})));
      expect(await until(isCompared, 10_000)).toBe(true);
    },
    title: '✓ Mail is answered',
    says: [
      /Shadow others of staff, which answers no mail: it differed in 8 of 8 comparisons \(8 missing\), 8 addresses of the latest still differ/,
    ],
    code: 0,
  },
  'unknown map': {
    enter: async ({ ask }) => {
      for (let i = 0; i < 200; i++) await ask('user-exists', 'ann@example.org');
      await ask('user-exist', 'ann@example.org');
    },
    title: '! Some mail is deferred',
    says: [/Postfix asks for the map user-exist, which is not configured/],
    code: 1,
  },
  'fleet up': {
    fleet: true,
    title: '✓ Mail is answered',
    says: [/8 OK, 0 NOTFOUND, none deferred/],
    code: 0,
  },
  'fleet down': {
    fleet: true,
    enter: async ({ notes }, engine) => {
      engine.signal('SIGKILL');
      await notes.next('the fleet can not be reached');
    },
    title: '! The fleet is not reached',
    says: [
      /The fleet default is not reached since \d\d:\d\d:\d\d: this daemon goes on alone.*No mail waits for it/,
    ],
    code: 1,
  },
  'refused reload': {
    enter: async ({ daemon }) => {
      daemon.countFailedReload(
        '/etc/idpmap/idpmap.yaml:3:1: domians: unknown key, did you mean "domains"?',
      );
    },
    title: '! The last configuration was refused',
    says: [/Refused: \/etc\/idpmap\/idpmap.yaml:3:1: domians: unknown key/, /a restart would fail/],
    code: 1,
  },
};

describeWith(['chromium', 'redis'], 'the page and idpmap status', () => {
  let browser: Browser;
  let engine: TestEngine;
  beforeAll(async () => {
    browser = await startBrowser();
    engine = await startEngine();
  });
  afterAll(() => Promise.all([browser?.close(), engine?.stop()]));

  test.each(Object.entries(STATES))(
    'say the same, and the page has no barriers, light and dark, narrow and wide: %s',
    async (state, { fleet, enter, title, says, code, ...settings }) => {
      const scene = await start({ ...settings, ...(fleet && { engine }) });
      await enter?.(scene, engine);
      const config = join(scene.place, 'idpmap.yaml');
      const told = await capture(() => status({ config }));
      const matching = typeof title === 'string' ? title : expect.stringMatching(title);
      expect([told.text.split('\n')[0], told.code]).toEqual([matching, code]);
      for (const each of says) expect(told.text).toMatch(each);
      if (scene.daemon.http?.kind !== 'tcp') throw new Error('it serves no http');
      const url = `http://127.0.0.1:${scene.daemon.http.port}/`;
      const { page } = await visit(browser, url);
      await page.getByRole('status').getByText(title).waitFor();
      const isFleet = await page.getByRole('heading', { name: 'Fleet' }).isVisible();
      expect(isFleet).toBe(fleet === true);
      expect(/^fleet {8}default/m.test(told.text)).toBe(fleet === true);
      for (const { scheme, width } of LOOKS) {
        await page.emulateMedia({ colorScheme: scheme });
        await page.setViewportSize({ width, height: 900 });
        const details = await page.locator('#details').innerText();
        for (const each of says) expect(details).toMatch(each);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        // Colours and widths have barriers of their own; all together they are looked at in status-page.test.ts.
        if ((scheme === 'light') === width < 400) expect(await findBarriers(page)).toEqual([]);
        await takePicture(page, `${state.replaceAll(/\W+/g, '-')}-${scheme}-${width}`);
      }
    },
  );
});

const LOOKS = (['light', 'dark'] as const).flatMap((scheme) =>
  [390, 1280].map((width) => ({ scheme, width })),
);

/** Keeps a picture for whoever wants to look at it: `PICTURES=/tmp/pictures vitest run …`. */
async function takePicture(page: Page, name: string): Promise<void> {
  const folder = process.env['PICTURES'];
  if (folder !== undefined)
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
