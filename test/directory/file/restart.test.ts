import { expect, test, vi } from 'vitest';
import { createStore } from '../../../src/directory/file/store.ts';
import { createKept } from '../../../src/directory/trust/kept.ts';
import { silentLog } from '../../../src/log.ts';
import { quietHooks } from '../../support/hooks.ts';
import { people } from './fixture.ts';

// Each load starts a process.
vi.setConfig({ testTimeout: 30_000 });

const { signal } = new AbortController();
const bytes = (text: string) => ({ bytes: Buffer.from(text) });
const names = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `u${i}`);
const ALL = people(...names(20));
const FEW = people(...names(10));

/** What outlives a process: written down, and read by the next one. */
function createPaper() {
  const values: Record<string, string> = {};
  return {
    values,
    kept: {
      read: (name: string): unknown =>
        name in values ? JSON.parse(values[name] ?? '') : undefined,
      write: (name: string, value: unknown) => void (values[name] = JSON.stringify(value)),
    },
  };
}

/** Starts once more, with what a former process kept. */
async function start(text: string, kept = createKept()) {
  const told: string[] = [];
  const tell = (_: object, message: string): void => void told.push(message);
  const store = createStore(
    {
      path: '/etc/idpmap/people.yaml',
      guard: 0.1,
      sharedAliases: false,
      groups: { depth: 3, members: 5 },
    },
    quietHooks({ kept, log: { ...silentLog, info: tell, error: tell } }),
  );
  await store.take(bytes(text), signal);
  return { store, told };
}

test('the first content of all is taken, and it is told that nothing is known to compare it with', async () => {
  const { store, told } = await start(FEW);
  expect(store.figures).toMatchObject({ loads: 1, held: 0 });
  expect(told).toEqual([
    'people.yaml loaded',
    "no earlier count of people.yaml is known, so this content can't be compared",
  ]);
});

test('the same content is taken again in silence', async () => {
  const { kept } = createPaper();
  await start(ALL, kept);
  const { store, told } = await start(ALL, kept);
  expect(store.figures).toMatchObject({ loads: 1, held: 0 });
  expect(told).toEqual(['people.yaml loaded']);
});

test('a start after a loss holds: whoever is there is found, nobody is denied', async () => {
  const { kept } = createPaper();
  await start(ALL, kept);
  const { store, told } = await start(FEW, kept);
  expect(told).toEqual([
    'people.yaml would lose 10 of 20 accounts (the guard allows 10 %): mend it, or run "idpmap accept staff"',
  ]);
  expect(store.figures).toMatchObject({ loads: 0, held: 1 });
  const { people: shown, doubt } = store.known();
  expect(shown.has('u1@example.org')).toBe(true);
  expect(doubt).toMatchObject({ kind: 'doubt', message: told[0] });
});

test('what was held before the restart is held after it', async () => {
  const { kept } = createPaper();
  const { store } = await start(ALL, kept);
  await store.take(bytes(FEW), signal);
  expect(store.figures.held).toBe(1);
  const { store: later } = await start(FEW, kept);
  expect(later.figures).toMatchObject({ loads: 0, held: 1 });
});

test('what was accepted is remembered', async () => {
  const { kept } = createPaper();
  await start(ALL, kept);
  const { store } = await start(FEW, kept);
  expect(store.accept()).toBe(
    'people.yaml taken (accounts: 10, groups: 0), it lost 10 of 20 accounts (the guard allows 10 %)',
  );
  expect(store.known().doubt).toBeUndefined();
  const { store: later, told } = await start(FEW, kept);
  expect(later.figures).toMatchObject({ loads: 1, held: 0 });
  expect(told).toEqual(['people.yaml loaded']);
});

test('a file that is mended after such a start counts', async () => {
  const { kept } = createPaper();
  await start(ALL, kept);
  const { store } = await start(FEW, kept);
  await store.take(bytes(ALL), signal);
  expect(store.figures).toMatchObject({ loads: 1, held: 0, accounts: 20 });
  expect(store.known().doubt).toBeUndefined();
});

test('a file that others of the same number have replaced is held', async () => {
  const { kept } = createPaper();
  await start(ALL, kept);
  const { store } = await start(ALL.replaceAll(': u', ': w'), kept);
  expect(store.figures).toMatchObject({ loads: 0, held: 1 });
});

test('a file that is broken at the start after a loss leaves everybody in doubt', async () => {
  const { kept } = createPaper();
  await start(ALL, kept);
  const { store } = await start('accounts: [', kept);
  expect(() => store.known()).toThrow(expect.objectContaining({ kind: 'directory' }));
});

test.each([
  'null',
  '7',
  '{}',
  '{"people":{}}',
  '{"people":{"key":"k","kinds":{"accounts":7}}}',
  '[]',
])('what was kept as %s says nothing, and harms nothing', async (text) => {
  const paper = createPaper();
  paper.values['people'] = text;
  const { store } = await start(FEW, paper.kept);
  expect(store.figures).toMatchObject({ loads: 1, held: 0 });
});
