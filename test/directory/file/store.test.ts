import { expect, onTestFinished, test, vi } from 'vitest';
import { createStore } from '../../../src/directory/file/store.ts';
import { createKept } from '../../../src/directory/trust/kept.ts';
import { silentLog } from '../../../src/log.ts';

// Each load starts a process.
vi.setConfig({ testTimeout: 30_000 });

const { signal } = new AbortController();
const ANN = Buffer.from('accounts: [{ address: ann@example.org }]');
const missing = { error: Object.assign(new Error('no'), { code: 'ENOENT' }) };

const FIRST = "no earlier count of people.yaml is known, so this content can't be compared";

function createTold() {
  const told: string[] = [];
  const tell = (_: object, message: string): void => void told.push(message);
  const store = createStore(
    {
      path: '/etc/idpmap/people.yaml',
      guard: 0.5,
      sharedAliases: false,
      groups: { depth: 3, members: 5 },
    },
    {
      name: 'staff',
      log: { ...silentLog, info: tell, error: tell },
      changed: () => {},
      delimiters: '+',
      domainsChanged: () => {},
      kept: createKept(),
    },
  );
  return { store, told };
}

test('a file that is not there is told once, however often it is looked for', async () => {
  const { store, told } = createTold();
  await store.take(missing, signal);
  await store.take(missing, signal);
  expect(told).toEqual(["people.yaml can't be read: there is no such file; nobody is known yet"]);
  expect(store.figures.failures).toBe(1);
});

test('a file that goes away again is told again', async () => {
  const { store, told } = createTold();
  await store.take(missing, signal);
  await store.take({ bytes: ANN }, signal);
  await store.take(missing, signal);
  expect(told).toEqual([
    "people.yaml can't be read: there is no such file; nobody is known yet",
    'people.yaml loaded',
    FIRST,
    'people.yaml can be read again',
    "people.yaml can't be read: there is no such file; known people are served, mail for others waits",
  ]);
});

test('a file is looked for often as long as it is missed', async () => {
  const { store } = createTold();
  expect(await store.take(missing, signal)).toBe('retry');
  expect(await store.take({ bytes: ANN }, signal)).toBe('changed');
  expect(await store.take(missing, signal)).toBe('retry');
});

test.each([
  ['good', ANN, ['people.yaml loaded', FIRST]],
  [
    'broken',
    Buffer.from('accounts: x'),
    ['people.yaml:1:1: accounts: is not a list but a single value; nobody is known yet'],
  ],
])('%s content is judged once, however often it is read', async (_, bytes, messages) => {
  const { store, told } = createTold();
  await store.take({ bytes }, signal);
  await store.take({ bytes }, signal);
  expect(told).toEqual(messages);
});

test('a file that needs more memory than there is ends its check only, and is checked again', async () => {
  const memory = vi.spyOn(process, 'availableMemory').mockReturnValue(0);
  onTestFinished(() => memory.mockRestore());
  const { store, told } = createTold();
  const bytes = Buffer.from(`open: [${'a,'.repeat(150_000)}]`);
  expect(await store.take({ bytes }, signal)).toBe('retry');
  memory.mockRestore();
  await store.take({ bytes }, signal);
  expect(told).toEqual([
    "people.yaml can't be checked: it needs more memory than is free, as JSON it needs far less; nobody is known yet",
    'people.yaml loaded',
    FIRST,
    'people.yaml can be read again',
  ]);
});

test('a reading that the close of the directory ends is no failure', async () => {
  const { store, told } = createTold();
  await store.take({ bytes: ANN }, AbortSignal.abort());
  expect(told).toEqual([]);
});

const FAILURES = [
  ['EACCES', 'has no permission, let it read the file'],
  ['EMFILE', 'no file descriptors are left, raise the limit (LimitNOFILE)'],
  ['ENFILE', 'the machine has no file descriptors left'],
  ['ESTALE', 'the file server has another file now, mount it anew'],
  ['EIO', 'the disk or its server fails'],
  ['ENXIO', 'no'],
] as const;

test.each(FAILURES)(
  'a file whose reading ends with %s is doubt that says: %s',
  async (code, reason) => {
    const { store } = createTold();
    await store.take({ bytes: ANN }, signal);
    expect(await store.take({ error: Object.assign(new Error('no'), { code }) }, signal)).toBe(
      'retry',
    );
    const { people, doubt } = store.known();
    expect(people.has('ann@example.org')).toBe(true);
    expect(doubt).toMatchObject({ kind: 'doubt', message: expect.stringContaining(reason) });
    await store.take({ bytes: ANN }, signal);
    expect(store.known().doubt).toBeUndefined();
  },
);

test('a file whose check fails is doubt, tried again and told once', async () => {
  const memory = vi.spyOn(process, 'availableMemory').mockReturnValue(0);
  onTestFinished(() => memory.mockRestore());
  const { store, told } = createTold();
  await store.take({ bytes: ANN }, signal);
  const bytes = Buffer.from(`open: [${'a,'.repeat(150_000)}]`);
  expect(await store.take({ bytes }, signal)).toBe('retry');
  expect(await store.take({ bytes }, signal)).toBe('retry');
  expect(store.known().doubt?.message).toContain("people.yaml can't be checked");
  expect(told.filter((line) => line.includes("can't be checked"))).toHaveLength(1);
  await store.take({ bytes: ANN }, signal);
  expect(store.known().doubt).toBeUndefined();
});
