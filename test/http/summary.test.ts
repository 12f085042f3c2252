import { describe, expect, test } from 'vitest';
import { summarise } from '../../src/http/page/summary.js';
import { sayTime } from '../../src/http/page/words.js';
import type { Status } from '../../src/http/status.ts';
import { answers, DOWN, HOUR, NOW, QUIET, STAFF, steps, WELL } from '../support/status.ts';

/** An instant of the night, as whoever reads it has it. */
const at = (instant: string): string => sayTime(instant, NOW);

const say = (changes: Partial<Status>) => summarise({ ...WELL, ...changes });

const ago = (seconds: number): string => new Date(Date.parse(NOW) - seconds * 1000).toISOString();

const UNCONFIGURED = { name: 'user-exist', count: 12, lastAsked: ago(3) };

const REFUSED: Status['reloads'] = {
  ...WELL.reloads,
  failed: 1,
  isLastGood: false,
  refusal: ['/etc/idpmap/idpmap.yaml:12:5: directories.staff.relm: unknown key'],
};

/** One that is up. */
const FLEET: NonNullable<Status['fleet']> = {
  name: 'mx',
  isUp: true,
  since: '2026-11-21T03:02:05Z',
  size: 3,
  members: [{ name: 'mx-1', version: '1.0.0' }],
  heard: NOW,
  differenceMs: 3,
  waiting: 0,
  refused: { seal: 0, clock: 0, format: 0 },
  taken: [{ directory: 'staff', from: 'mx-1' }],
};

type Row = readonly [tone: string, title: string, detail: string, changes: Partial<Status>];

describe('the verdict is', () => {
  test.each<Row>([
    ['good', 'Mail is answered', '270 OK, 30 NOTFOUND, none deferred', {}],
    ['idle', 'Nobody asks', 'No lookups', { history: { ...HOUR, answers: QUIET } }],
    ['idle', 'The daemon starts', '', { phase: 'starting' }],
    ['idle', 'The daemon stops', '', { phase: 'draining' }],
    ['bad', 'Mail is deferred', '30 of 90 lookups', answers({ TEMP: steps(0, 5) })],
    [
      'bad',
      'Mail is deferred',
      '30 of 90 lookups',
      { ...answers({ PERM: steps(0, 5) }), unconfigured: [UNCONFIGURED] },
    ],
    [
      'warn',
      'Some mail was deferred',
      '30 of them PERM: a map was asked for that is configured by now',
      answers({ PERM: steps(0, 5) }),
    ],
    ['warn', 'Some mail is deferred', '2 of 62', answers({ TEMP: steps(0, 1, 2) })],
    ['good', 'Mail is answered', '1 deferred (0.3 %)', answers({ TEMP: steps(0, 1, 1) })],
    [
      'bad',
      'Mail is deferred',
      'timeout at staff (the directory did not answer)',
      {
        ...answers({ TEMP: steps(0, 5) }),
        causes: [{ directory: 'staff', cause: 'timeout', count: 30, lastMinute: 30 }],
      },
    ],
    [
      'warn',
      'Memory stands in for a directory',
      'Memory answered 12 lookups',
      answers({ stale: steps(0, 2) }),
    ],
    [
      'warn',
      'A directory fails',
      `Directory staff fails since ${at('2026-11-21T03:02:05Z')}, not asked since ${at('2026-11-21T03:02:10Z')}: no answer from ldap://192.0.2.1 (timeout)`,
      { directories: [DOWN] },
    ],
    ['warn', '2 directories fail', 'It last answered', { directories: [DOWN, DOWN] }],
    ['good', 'Mail is answered', '270 OK', { fleet: FLEET }],
    [
      'warn',
      'The fleet is not reached',
      `The fleet mx is not reached since ${at('2026-11-21T03:02:05Z')}: this daemon goes on alone`,
      { fleet: { ...FLEET, isUp: false } },
    ],
    [
      'warn',
      'The clocks of the fleet differ',
      "The clock of the fleet mx is 12 s behind this host's",
      { fleet: { ...FLEET, differenceMs: -12_000 } },
    ],
    [
      'warn',
      'More mail is refused than before',
      '50 % of the lookups in the last five minutes were NOTFOUND, 10 % in the hour before',
      answers({ NOTFOUND: steps(1, 9, 30) }),
    ],
    ['good', 'Mail is answered', '', answers({ NOTFOUND: steps(3, 5, 30) })],
    [
      'warn',
      'The last configuration was refused',
      `the one of ${at(WELL.reloads.lastGoodAt)} serves on`,
      { reloads: REFUSED },
    ],
    [
      'warn',
      'The last configuration was refused',
      'Refused: /etc/idpmap/idpmap.yaml:12:5: directories.staff.relm: unknown key',
      { reloads: REFUSED },
    ],
    [
      'warn',
      'A map is asked for that is not configured',
      'Postfix asks for the map user-exist, which is not configured: 12 lookups, the last one 3 s ago. Their mail is deferred.',
      { unconfigured: [UNCONFIGURED] },
    ],
    [
      'good',
      'Mail is answered',
      '',
      { unconfigured: [{ ...UNCONFIGURED, lastAsked: ago(16 * 60) }] },
    ],
    [
      'warn',
      'Directory staff needs attention',
      'Directory staff: people.yaml would lose 2 of 2 accounts.',
      { directories: [{ ...STAFF, pending: ['people.yaml would lose 2 of 2 accounts'] }] },
    ],
    [
      'warn',
      'Directory staff needs attention',
      `its "nobody" is not believed since ${at(ago(60))}: a witness is gone`,
      { directories: [{ ...STAFF, doubt: { reason: 'a witness is gone', since: ago(60) } }] },
    ],
  ])('%s: "%s", with %j', (tone, title, detail, changes) => {
    const said = say(changes);
    expect([said.tone, said.title]).toEqual([tone, title]);
    expect(said.details.join('\n')).toContain(detail);
  });

  test('the gravest of several, and all of them are told', () => {
    const said = say({
      ...answers({ TEMP: steps(0, 5) }),
      reloads: REFUSED,
      unconfigured: [UNCONFIGURED],
      directories: [DOWN, { ...STAFF, name: 'others', pending: ['others.yaml is held'] }],
    });
    expect(said.title).toBe('Mail is deferred');
    const all = said.details.join('\n');
    for (const each of ['user-exist', 'Refused: ', 'Directory staff fails', 'others.yaml is held'])
      expect(all).toContain(each);
  });
});

describe('whoever is woken reads', () => {
  test('how mail fares, then what is broken, whom mail reaches and what to do, then the rest', () => {
    const { details } = say({
      ...answers({ TEMP: steps(0, 5), stale: steps(0, 2) }),
      causes: [{ directory: 'staff', cause: 'timeout', count: 30, lastMinute: 30 }],
      directories: [DOWN],
    });
    const beginnings = [
      '30 of 90 lookups',
      'Memory answered',
      'Directory staff fails',
      'Known people',
      'To do: mend the directory; "idpmap check"',
      'Most often in the last minute: timeout at staff',
    ];
    expect(details.map((line, i) => line.slice(0, beginnings[i]?.length))).toEqual(beginnings);
  });

  test('that mail is answered, where something else waits for somebody', () => {
    const pending = ['others.yaml is held'];
    const { details } = say({ reloads: REFUSED, directories: [{ ...STAFF, pending }] });
    const answered = 'Last five minutes: 270 OK, 30 NOTFOUND, none deferred.';
    expect(details.filter((line) => line === answered)).toHaveLength(1);
    expect(details[0]).toBe(answered);
  });

  test('what to do about a configuration that was refused', () => {
    expect(say({ reloads: REFUSED }).details.at(-1)).toMatch(/^To do: .*"idpmap check"/);
  });

  test('a map that is not configured once, by its name', () => {
    const { details } = say({
      ...answers({ PERM: steps(0, 5) }),
      unconfigured: [UNCONFIGURED],
    });
    expect(details.filter((line) => line.includes('not configured'))).toHaveLength(1);
  });
});

describe('deferred mail', () => {
  const lookups = (TEMP: readonly number[]) => answers({ OK: steps(570), TEMP });

  test('of one lookup in three thousand is not worth a warning', () => {
    expect(say(lookups(steps(0, 1, 1)))).toEqual({
      tone: 'good',
      title: 'Mail is answered',
      details: ['Last five minutes: 17\u202f100 OK, 30 NOTFOUND, 1 deferred (below 0.1 %).'],
    });
  });

  test('of one lookup in three hundred is', () => {
    expect(say(lookups(steps(0, 12, 1))).title).toBe('Some mail is deferred');
  });

  test('is told since it began', () => {
    const said = say(answers({ TEMP: steps(0, 5) }));
    expect(said.details[0]).toContain(`since ${at('2026-11-21T03:09:10Z')}`);
  });

  test('is not told since a time before the daemon began', () => {
    const startedAt = '2026-11-21T03:09:13.000Z';
    const said = say({ ...answers({ TEMP: steps(0, 5) }), startedAt });
    expect(said.details[0]).toContain(`since ${at(startedAt)}`);
  });

  test('is told since the directory’s first fault, though memory stood in for a while', () => {
    const said = say({ ...answers({ TEMP: steps(0, 5, 2) }), directories: [DOWN] });
    expect(said.details[0]).toContain(`since ${at('2026-11-21T03:02:05Z')}`);
  });

  test('is not told since a lone TEMP a minute before', () => {
    const TEMP = steps(0, 5, 3).map((count, i, { length }) => (i === length - 9 ? 1 : count));
    expect(say(answers({ TEMP })).details[0]).toContain(`since ${at('2026-11-21T03:09:40Z')}`);
  });

  test('of the directory that fails is told since that failed, not since another one did', () => {
    const other = { ...DOWN, name: 'others', failingSince: '2026-11-20T00:00:00.000Z' };
    const said = say({
      ...answers({ TEMP: steps(0, 5) }),
      causes: [{ directory: 'staff', cause: 'timeout', count: 30, lastMinute: 30 }],
      directories: [other, DOWN],
    });
    expect(said.details[0]).toContain(`since ${at('2026-11-21T03:02:05Z')}`);
  });

  test('goes on for an hour', () => {
    expect(say(answers({ TEMP: steps(5) })).details[0]).toContain('for an hour or longer');
  });
});

/** A directory whose outage is over since `seconds`. */
const recovered = (seconds: number): Status['directories'][number] => ({
  ...STAFF,
  lastOutage: { since: ago(seconds + 180), until: ago(seconds), deferred: 235, fromMemory: 3270 },
  lastFault: { cause: 'timeout', reason: 'no answer', when: ago(seconds + 1) },
});

const TIMEOUTS = { directory: 'staff', cause: 'timeout', count: 30, lastMinute: 30 };

describe('an outage that is over', () => {
  const after = answers({ TEMP: steps(0, 5), stale: steps(0, 2) });

  test('is told as such at once, for how long it was and what it came to', () => {
    const said = say({ ...after, directories: [recovered(1)], causes: [TIMEOUTS] });
    expect([said.tone, said.title]).toEqual(['warn', `Mail was deferred until ${at(ago(1))}`]);
    expect(said.details[0]).toContain(`from ${at(ago(181))} to ${at(ago(1))}. Senders try again`);
    expect(said.details.join('\n')).toContain(
      `Directory staff answers again since ${at(ago(1))}, after 3 min: 235 of its lookups were deferred, memory answered 3\u202f270.`,
    );
    expect(said.details.join('\n')).not.toMatch(/Memory answered|To do/);
  });

  test('is told for a quarter of an hour, and is well', () => {
    const told = say({ directories: [recovered(800)] });
    expect([told.tone, told.details.at(-1)]).toEqual([
      'good',
      expect.stringContaining('answers again since'),
    ]);
    expect(say({ directories: [recovered(1000)] }).details).toHaveLength(1);
  });

  test.each<readonly [string, Partial<Status>]>([
    ['it fails again', { directories: [{ ...recovered(1), ...DOWN }] }],
    [
      'it has failed a question since',
      {
        directories: [
          { ...recovered(10), lastFault: { cause: 'timeout', reason: '', when: ago(2) } },
        ],
      },
    ],
    ['another fails', { directories: [recovered(1), { ...DOWN, name: 'others' }] }],
    [
      'another is slow',
      { causes: [TIMEOUTS, { ...TIMEOUTS, directory: 'others', cause: 'deadline' }] },
    ],
    ['a map is unknown', answers({ TEMP: steps(0, 5), PERM: steps(0, 1) })],
    ['it disbelieves', { directories: [{ ...recovered(1), pending: ['a hold'] }] }],
  ])('is not over where %s', (_, changes) => {
    const said = say({ ...after, directories: [recovered(1)], causes: [TIMEOUTS], ...changes });
    expect(said.title).toBe('Mail is deferred');
  });
});

describe('a directory that answers some questions and fails others', () => {
  const fault = { cause: 'timeout', reason: 'no answer within 2 s', when: ago(3) };
  const half = say({
    ...answers({ TEMP: steps(0, 5) }),
    directories: [{ ...STAFF, lastFault: fault }],
    causes: [TIMEOUTS],
  });

  test('is named, with what is to be done', () => {
    expect(half.tone).toBe('bad');
    expect(half.details.slice(1, 3)).toEqual([
      'Directory staff answers some questions and fails others, the last one 3 s ago: no answer within 2 s (timeout).',
      expect.stringContaining('To do: mend the directory'),
    ]);
  });

  test('is not, where one question failed an hour ago', () => {
    const said = say({
      ...answers({ TEMP: steps(0, 5) }),
      directories: [{ ...STAFF, lastFault: { ...fault, when: ago(3600) } }],
    });
    expect(said.details.join('\n')).not.toContain('fails others');
  });
});

describe('what defers mail is told by its cause', () => {
  test('each of several directories’, as of now and not of an hour ago', () => {
    const { details } = say({
      ...answers({ TEMP: steps(0, 5) }),
      causes: [
        { directory: 'old', cause: 'directory', count: 5000, lastMinute: 0 },
        { directory: 'staff', cause: 'overload', count: 40, lastMinute: 20 },
        { directory: 'others', cause: 'deadline', count: 60, lastMinute: 10 },
      ],
    });
    expect(details.at(-1)).toBe(
      'Most often in the last minute: overload at staff (too many questions wait for the directory), then deadline at others (the answer did not come in time for Postfix).',
    );
    expect(details.slice(1, -1)).toEqual([
      expect.stringContaining('To do: if the directory is fast, raise its limit'),
      expect.stringContaining('To do: see why the directory is slow'),
    ]);
  });

  test('where accounts are disabled and their mail is meant to wait, that is no warning', () => {
    const said = say(answers({ TEMP: steps(0, 5), meant: steps(0, 5) }));
    expect(said).toEqual({
      tone: 'good',
      title: 'Mail is answered',
      details: [
        'Last five minutes: 270 OK, 30 NOTFOUND, none deferred, 30 deferred because the account is disabled (disabled: defer).',
      ],
    });
  });
});

describe('what is wrong beside directories is told, with what to do:', () => {
  const { lately } = WELL;
  const { rejected, unsent } = lately;
  test.each<readonly [title: string, detail: string, changes: Partial<Status>]>([
    [
      'Connections are turned away',
      '12 connections were turned away in the last quarter of an hour, and mail waited for them: as many were open as may be (1\u202f000). To do: raise connections.max',
      { lately: { ...lately, rejected: { ...rejected, 'too-many': 12 } } },
    ],
    [
      'Connections are turned away',
      '1 connection was turned away in the last quarter of an hour, and mail waited for them: one address had as many as it may. To do: raise connections.perPeer',
      { lately: { ...lately, rejected: { ...rejected, 'too-many-of-peer': 1 } } },
    ],
    [
      'Connections are turned away',
      'To do: raise the limit of open files',
      { lately: { ...lately, rejected: { ...rejected, accept: 2 } } },
    ],
    [
      "An answer can't be sent",
      'it is larger than Postfix reads. To do: split the group',
      { lately: { ...lately, unsent: { ...unsent, size: 1 } } },
    ],
    [
      'An address is in doubt',
      '2 lookups in the last hour were deferred for a doubt about single addresses of staff',
      { causes: [{ directory: 'staff', cause: 'entry', count: 2, lastMinute: 0 }] },
    ],
    ['A fault of idpmap', 'To do: report it', { lately: { ...lately, bugs: 1 } }],
    ['Answers are late', 'the process is short of CPU', { lately: { ...lately, overdue: 6 } }],
    [
      'A certificate or secret expires',
      'Directory staff: its client certificate ends in 3 days',
      {
        directories: [
          {
            ...STAFF,
            figures: {
              clientCertificateExpiresAt: Date.parse(NOW) + 3 * 86_400_000,
              certificateExpiresAt: Date.parse(NOW) + 30 * 86_400_000,
              tokenExpiresAt: Date.parse(NOW),
            },
          },
        ],
      },
    ],
    [
      "The state can't be written",
      'after a restart, what was held or accepted, and which domains were listed, would not be known: EROFS',
      { unwritten: [{ what: 'state', reason: 'EROFS' }] },
    ],
    [
      "The memory can't be written",
      'a restart in an outage would forget who is known: ENOSPC',
      { unwritten: [{ what: 'memory', reason: 'ENOSPC' }] },
    ],
    [
      'Lines of the log are lost',
      '7 lines of the log were lost',
      { lately: { ...lately, droppedLines: 7 } },
    ],
  ])('%s: %s', (title, detail, changes) => {
    const said = say(changes);
    expect([said.tone, said.title]).toEqual(['warn', title]);
    expect(said.details.join('\n')).toContain(detail);
  });

  test('strangers who connect change no verdict', () => {
    const said = say({
      lately: { ...lately, rejected: { ...rejected, 'not-allowed': 3, tls: 1 } },
    });
    expect(said.tone).toBe('good');
    expect(said.details.slice(1)).toEqual([
      expect.stringContaining(
        '3 connections were turned away in the last quarter of an hour, for allow',
      ),
      expect.stringContaining('1 connection was turned away'),
    ]);
  });
});

const MIRROR: NonNullable<Status['directories'][number]['mirror']> = {
  path: '/m',
  isInStep: false,
  ageMs: 3_600_000,
  accounts: 40,
  groups: 2,
  addresses: 60,
  lost: 0,
  bytes: 1,
  acceptForMs: 7 * 86_400_000,
  denyForMs: 0,
  counts: {
    listings: { whole: 1, failed: 0 },
    changes: { put: 0, gone: 0, unchanged: 0 },
    confirmed: { found: 0, gone: 0, held: 0, unknown: 0 },
    gaps: 0,
    answers: { found: 0, stale: 0, absent: 0, lost: 0, doubt: 0, nothing: 0 },
  },
};

describe('in an outage it is told', () => {
  const outage = (changes: Partial<Status['directories'][number]>) =>
    say({ directories: [{ ...DOWN, ...changes }] }).details.join('\n');

  test('whom mail still reaches, and until when', () => {
    expect(outage({ remembered: { found: 1234, none: 0, unknown: 0, rows: 0 } })).toContain(
      `Known people (1\u202f234 addresses) go on receiving from memory, the last of them until ${at('2026-11-22T03:02:00Z')} (cache.stale, 24 h). Mail for everybody else waits.`,
    );
  });

  test('that nobody is remembered', () => {
    expect(outage({ remembered: { found: 0, none: 0, unknown: 0, rows: 0 } })).toContain(
      'Nobody of it is remembered: all its mail waits.',
    );
  });

  test('that tables are remembered, where there are no people', () => {
    expect(outage({ remembered: { found: 0, none: 0, unknown: 0, rows: 12 } })).toContain(
      'What is known (12 keys of its tables) goes on being answered from memory',
    );
  });

  test('that it has not answered since the start', () => {
    const { lastAnswer: _, ...never } = DOWN;
    expect(say({ directories: [never] }).details[1]).toMatch(
      /It has not answered since the start\.$/,
    );
  });

  test('whom a mirror still knows, and that others wait', () => {
    expect(outage({ mirror: MIRROR })).toContain(
      `All its people (40 accounts, 2 groups) go on receiving from the mirror, until ${at('2026-11-28T02:10:05Z')} (mirror.acceptFor, 7 days). Mail for everybody else waits.`,
    );
  });

  test('that others are refused, where a mirror is to', () => {
    const said = outage({ mirror: { ...MIRROR, denyForMs: 2 * 86_400_000 } });
    expect(said).toContain(
      `Everybody else is refused until ${at('2026-11-23T02:10:05Z')} (mirror.denyFor, 2 days).`,
    );
    expect(said).not.toContain('everybody else waits');
  });

  test('whom memory knows, where the mirror is too old', () => {
    const said = outage({ mirror: { ...MIRROR, acceptForMs: 60_000 } });
    expect(said).toContain('Its mirror is older than it may be to stand in');
    expect(said).toContain('Known people (9 addresses) go on receiving from memory');
  });

  test('that memory may stand in no longer', () => {
    expect(outage({ lastAnswer: '2026-11-20T03:02:00.000Z' })).toContain(
      'It has not answered for longer than memory may stand in (cache.stale, 24 h): all its mail waits.',
    );
  });

  test('how long each is remembered where the directory has not answered since the start', () => {
    const { lastAnswer: _, ...never } = DOWN;
    expect(say({ directories: [never] }).details.join('\n')).toContain(
      'each until 24 h after it was last asked for (cache.stale)',
    );
  });
});
