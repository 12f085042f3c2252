import { describe, expect, test } from 'vitest';
import { summarise } from '../../src/http/page/summary.js';
import { sayTime } from '../../src/http/page/words.js';
import type { Status } from '../../src/http/statusreport.ts';
import { answers, DOWN, NOW, STAFF, steps, WELL } from '../support/status.ts';

/** An instant of the night, as whoever reads it has it. */
const at = (instant: string): string => sayTime(instant, NOW);

const say = (changes: Partial<Status>) => summarise({ ...WELL, ...changes });

const ago = (seconds: number): string => new Date(Date.parse(NOW) - seconds * 1000).toISOString();

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

  test('how long a mirror would stand in that learns no more, before the directory was asked', () => {
    const behind = (mirror: typeof MIRROR) =>
      say({
        directories: [{ ...STAFF, mirror, pending: ['its mirror does not learn what changes'] }],
      }).details.join('\n');
    expect(behind(MIRROR)).toContain(
      `The last word that the mirror of staff had is 60 min old: where the directory can't be asked, its people go on receiving until ${at('2026-11-28T02:10:05Z')} (mirror.acceptFor, 7 days).`,
    );
    expect(behind({ ...MIRROR, acceptForMs: 60_000 })).toContain('too old to stand in');
    expect(behind({ ...MIRROR, isInStep: true })).not.toContain('The last word');
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
