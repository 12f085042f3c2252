import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { isMailbox } from '../../src/address/address.ts';
import { account, group } from '../support/scripted.ts';
import {
  askMaps,
  buildMaps,
  contextNow,
  openDirectory,
  show,
  TIMES,
  useFakeTime,
} from '../support/world.ts';

const KINDS = ['mailboxes', 'aliases', 'senders', 'recipients'] as const;
const all = (answer: string) => ({
  mailboxes: answer,
  aliases: answer,
  senders: answer,
  recipients: answer,
});

const PEOPLE = [
  account('ann@x.org', { aliases: ['a.smith@x.org'] }),
  account('off@x.org', { aliases: ['left@x.org'], enabled: false }),
  group('team@x.org', ['ann@x.org']),
  group('nobody@x.org', []),
];

function openStaff() {
  const staff = openDirectory('staff', PEOPLE);
  const domains = {
    'x.org': { directories: ['staff'] },
    'full.org': { directories: ['staff'], catchAll: 'ann@x.org' },
  };
  return { ...staff, maps: buildMaps(domains, { staff: staff.source }) };
}

test.each([
  '',
  ' ',
  'ann',
  'x.org',
  '@x.org',
  'ann@',
  '@',
  '*',
  '<>',
  '""',
  '""@full.org',
  'ann@[192.0.2.1]',
  'ann@[IPv6:2001:db8::1]',
  'ann@192.0.2.1',
  'ann@elsewhere.example',
  'ann@sub.full.org',
  'ann@full.org/x.org',
  'ann\0@full.org',
  'ann\n@full.org',
  `${'a'.repeat(320)}@full.org`,
  '\ufffd@full.org',
])('says NOTFOUND of %j without asking anyone, a catch-all or not', async (key) => {
  const { maps, directory } = openStaff();
  expect(await askMaps(maps, key)).toEqual(all('NOTFOUND'));
  expect(directory.asked).toEqual([]);
});

test('asks for the address before the last @', async () => {
  const { maps, directory } = openStaff();
  await askMaps(maps, '"ann@home"@x.org');
  expect(directory.asked).toEqual(['"ann@home"@x.org']);
});

describe('on fake time', () => {
  useFakeTime();

  test.each(KINDS)('a fresh answer of %s is no promise', async (kind) => {
    const { maps } = openStaff();
    await askMaps(maps, 'ann@x.org');
    expect(maps[kind]('ann@x.org', contextNow())).not.toBeInstanceOf(Promise);
  });

  test.each(KINDS)('a remembered none of %s is no promise', async (kind) => {
    const { maps } = openStaff();
    await askMaps(maps, 'stranger@x.org');
    expect(maps[kind]('stranger@x.org', contextNow())).toEqual({ status: 'NOTFOUND' });
  });

  test.each(KINDS)('a catch-all that memory knows costs %s no promise', async (kind) => {
    const { maps } = openStaff();
    await askMaps(maps, 'stranger@full.org');
    expect(maps[kind]('stranger@full.org', contextNow())).not.toBeInstanceOf(Promise);
  });

  const DOUBT = 'TEMP idpmap directory staff';
  test.each([
    {
      what: 'OK of an own address, which aliases leaves to mailboxes',
      key: 'ann@x.org',
      say: { ...all('OK ann@x.org'), aliases: 'NOTFOUND' },
    },
    {
      what: 'OK of an alias, and nothing of its mailbox',
      key: 'a.smith@x.org',
      say: {
        mailboxes: DOUBT,
        aliases: 'OK ann@x.org',
        senders: 'OK ann@x.org',
        recipients: 'OK a.smith@x.org',
      },
    },
    {
      what: 'OK of a group, and nothing of its mailbox',
      key: 'team@x.org',
      say: {
        mailboxes: DOUBT,
        aliases: 'OK ann@x.org',
        senders: 'OK no-login.invalid',
        recipients: 'OK team@x.org',
      },
    },
    {
      what: 'nothing of an account that was disabled',
      key: 'off@x.org',
      say: {
        mailboxes: DOUBT,
        aliases: 'NOTFOUND',
        senders: 'OK no-login.invalid',
        recipients: DOUBT,
      },
    },
    {
      what: 'nothing of an alias whose account was disabled',
      key: 'left@x.org',
      say: { ...all(DOUBT), senders: 'OK no-login.invalid' },
    },
    {
      what: 'nothing of a group that was empty',
      key: 'nobody@x.org',
      say: { ...all(DOUBT), senders: 'OK no-login.invalid' },
    },
    { what: 'nothing of a stranger', key: 'stranger@x.org', say: all(DOUBT) },
  ])('says in an outage $what', async ({ key, say }) => {
    const { maps, directory } = openStaff();
    await askMaps(maps, key);
    directory.mode = 'fails';
    await vi.advanceTimersByTimeAsync(TIMES.freshMs);
    expect(await askMaps(maps, key)).toEqual(say);
  });

  test('says TEMP before the first contact with the directory', async () => {
    const { maps, directory } = openStaff();
    directory.mode = 'fails';
    expect(await askMaps(maps, 'ann@x.org')).toEqual(all(DOUBT));
  });
});

const character = fc.constantFrom(
  ...Array.from('ab+-=,@."\\ <>()[]%*&;:\'\0\n\tüß\u0301\ud83d\ufffd'),
);
const local = fc.oneof(
  fc.string({ unit: character }),
  fc.string({ unit: 'binary' }),
  fc
    .tuple(fc.constantFrom('ann', 'a.smith', 'team', 'a'), fc.string({ unit: character }))
    .map(([name, rest]) => `${name}+${rest}`),
);
const key = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .tuple(local, fc.constantFrom('x.org', 'X.ORG.', 'full.org', 'exämple.test', 'a.b', ''))
    .map((parts) => parts.join('@')),
);

describe('whatever the key', () => {
  const openWide = () => {
    const people = [
      ...PEOPLE,
      account('"q u"@x.org', { aliases: ['a@x.org'] }),
      account('ann@xn--exmple-cua.test'),
    ];
    const limit = { inFlight: 32, perSecond: 1_000_000, queue: 1000, queueWaitMs: 200 };
    const staff = openDirectory('staff', people, { limit });
    const domains = {
      'x.org': { directories: ['staff'] },
      'full.org': { aliasOf: 'x.org', catchAll: 'ann@x.org' },
      'xn--exmple-cua.test': { directories: ['staff'] },
    };
    return buildMaps(domains, { staff: staff.source });
  };

  test('no map throws, rejects, is in doubt, or says OK without data', async () => {
    const maps = openWide();
    await fc.assert(
      fc.asyncProperty(key, async (asked) => {
        const context = contextNow();
        for (const kind of KINDS)
          expect(show(await maps[kind](asked, context))).toMatch(/^(?:NOTFOUND|OK [^]+)$/);
      }),
      { numRuns: 500 },
    );
  });

  test('aliases names nothing but whole addresses, whatever stands in an extension', async () => {
    const maps = openWide();
    await fc.assert(
      fc.asyncProperty(key, async (asked) => {
        const answer = await maps.aliases(asked, contextNow());
        if (answer.status === 'OK') expect(answer.data.split(',').every(isMailbox)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
