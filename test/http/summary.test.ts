import { describe, expect, test } from 'vitest';
import { summarise } from '../../src/http/page/summary.js';
import { sayTime } from '../../src/http/page/words.js';
import type { Status } from '../../src/http/statusreport.ts';
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

  test('the directory that fails before a configuration that was refused', () => {
    const { details } = say({
      ...answers({ TEMP: steps(0, 5) }),
      reloads: REFUSED,
      directories: [DOWN],
    });
    const place = (text: string) => details.findIndex((line) => line.startsWith(text));
    expect(place('Directory staff fails')).toBeLessThan(place('Refused: '));
    expect(place('To do: mend the directory')).toBeLessThan(place('Refused: '));
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
