import { expect, test } from 'vitest';
import { type Log, silentLog } from '../../src/log.ts';
import { countAll } from '../../src/lookup/durations.ts';
import { noteAsking } from '../../src/lookup/tally.ts';
import type { MapHandler } from '../../src/maps/answer.ts';
import { createRouter, type MapFigures, UNKNOWN_MAP } from '../../src/maps/router.ts';
import { contextNow } from '../support/world.ts';

const OK: MapHandler = (key) => ({ status: 'OK', data: key });
const LATE: MapHandler = async () => ({ status: 'TEMP', reason: 'late' });

function openRouter(log: Log = silentLog, figures: MapFigures = new Map()) {
  const maps = new Map([
    ['fast', { kind: 'mailboxes', answer: OK }],
    ['slow', { kind: 'aliases', answer: LATE }],
  ] as const);
  return { figures, ...createRouter(maps, figures, log) };
}

test('a map answers for its own name, at once where it can', () => {
  const { route } = openRouter();
  expect(route('fast', 'ann@x.org', contextNow())).toEqual({ status: 'OK', data: 'ann@x.org' });
});

test.each(['unknown', '', 'Fast', 'constructor', '__proto__', UNKNOWN_MAP])(
  'PERM for %j, which is not configured',
  (map) => {
    expect(openRouter().route(map, 'ann@x.org', contextNow())).toEqual({
      status: 'PERM',
      reason: `map ${map} is not configured`,
    });
  },
);

test('counts what each map answers, late answers too, and what no map is for', async () => {
  const { route, figures } = openRouter();
  await route('fast', 'a', contextNow());
  await route('slow', 'a', contextNow());
  await route('slow', 'a', contextNow());
  await route('stranger', 'a', contextNow());
  const none = { OK: 0, NOTFOUND: 0, TEMP: 0, PERM: 0, TIMEOUT: 0 };
  expect(Object.fromEntries(figures)).toMatchObject({
    fast: { ...none, OK: 1 },
    slow: { ...none, TEMP: 2 },
    [UNKNOWN_MAP]: { ...none, PERM: 1 },
  });
});

test('an answer for which somebody was asked at once is timed with those that were waited for', () => {
  const figures: MapFigures = new Map();
  const asked: MapHandler = (key) => {
    noteAsking();
    return { status: 'OK', data: key };
  };
  const routes = new Map([['asked', { kind: 'mailboxes', answer: asked }]] as const);
  const { route } = createRouter(routes, figures, silentLog);
  expect(route('asked', 'ann', contextNow())).toEqual({ status: 'OK', data: 'ann' });
  const figure = figures.get('asked');
  expect(figure && countAll(figure.atOnce.figures)).toBe(0);
  expect(figure && countAll(figure.late.figures)).toBe(1);
  expect(figure?.waiting).toBe(0);
});

test('figures live on through a reload', async () => {
  const { route, figures } = openRouter();
  await route('fast', 'a', contextNow());
  await openRouter(silentLog, figures).route('fast', 'a', contextNow());
  expect(figures.get('fast')?.OK).toBe(2);
});

test.each([
  { isLevelEnabled: true, lines: 2 },
  { isLevelEnabled: false, lines: 0 },
])('logs $lines lines of two answers where debug is $isLevelEnabled', async (row) => {
  const lines: object[] = [];
  const log: Log = {
    ...silentLog,
    debug: (fields) => lines.push(fields),
    isLevelEnabled: () => row.isLevelEnabled,
  };
  const { route } = openRouter(log);
  await route('fast', 'a', contextNow());
  await route('slow', 'a', contextNow());
  expect(lines).toHaveLength(row.lines);
});
