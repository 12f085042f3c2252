import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { checkBytes, checkText } from '../../../src/directory/file/check.ts';
import { sealText } from '../../../src/directory/file/sealtext.ts';
import { createStore } from '../../../src/directory/file/store.ts';
import { KINDS } from '../../../src/directory/people/extents.ts';
import { createKept } from '../../../src/directory/trust/kept.ts';
import { quietHooks } from '../../support/hooks.ts';
import { gather } from './gather.ts';

vi.setConfig({ testTimeout: 60_000 });

const { signal } = new AbortController();
const GUARD = 0.1;

const STAFF = `# our people
---
accounts:
  - { address: ann@example.org, aliases: [a@example.org] }
  - address: bob@example.org
    aliases:
      - b@example.org
      - bo@example.org
groups:
  - address: team@example.org
    members:
      - ann@example.org
      - bob@example.org
tables:
  t:
    k: v
`;

function seal(text: string): string {
  const sealed = sealText(text, 'people.yaml');
  if ('problems' in sealed) throw new Error(sealed.problems.join('\n'));
  return sealed.text;
}

function contentOf(text: string) {
  const checked = checkText(text, 'people.yaml');
  if ('problems' in checked) throw new Error(checked.problems.join('\n'));
  return checked.content;
}

const problemsOf = (text: string): readonly string[] => {
  const checked = checkText(text, 'people.yaml');
  return 'problems' in checked ? checked.problems : [];
};

test('a sealed file says so first, and counts last', () => {
  expect(seal(STAFF)).toBe(
    STAFF.replace('accounts:', 'sealed: true\naccounts:') +
      'end: { accounts: 2, groups: 1, rows: 1 }\n',
  );
});

test.each([
  ['YAML', STAFF],
  ['JSON', JSON.stringify({ accounts: [{ address: 'ann@example.org' }], open: ['t.example'] })],
  ['indented JSON', JSON.stringify({ accounts: [{ address: 'ann@example.org' }] }, null, 4)],
  ['nothing', ''],
  ['a byte order mark', '\ufeffaccounts: [{ address: ann@example.org }]\n'],
  ['no newline at the end', 'accounts: [{ address: ann@example.org }]'],
  ['a former mark of other counts', 'sealed: true\naccounts: []\nend: { accounts: 7 }\n'],
  ['a former mark on several lines', 'accounts: []\nend:\n  accounts: 7\n  groups: 2\n'],
])('sealing %s changes nothing but the mark, and once is enough', (_, text) => {
  const sealed = seal(text);
  expect(checkText(sealed, 'people.yaml')).toMatchObject({ isSealed: true });
  const bare = text.replace(/^sealed.*\n/m, '').replace(/^end:(?:.*\n)+/m, '');
  expect(contentOf(sealed)).toEqual(contentOf(bare));
  expect(seal(sealed)).toBe(sealed);
});

test.each([
  ['{ accounts: [ { address: ann@example.org } ] }', 'is written in a way that can’t be sealed'],
  ['accounts: [{ address: ann@example.org }]\n...\n', 'is written in a way that can’t be sealed'],
  ['accounts: [{ address: x }]', 'is not exactly one address'],
])('%j is not sealed: %s', (text, reason) => {
  const sealed = sealText(text, 'people.yaml');
  expect('problems' in sealed && sealed.problems[0]?.replace("'", '’')).toContain(reason);
});

test.each([
  ['sealed: true\naccounts: []', 'people.yaml:1:1: is cut off'],
  ['accounts: []\nend: { accounts: 1 }', 'people.yaml:2:8: end.accounts: there are 0'],
  ['accounts: [{ address: a@b.example }]\nend: { accounts: 0 }', 'there are 1'],
  ['groups: []\nend: { groups: 2 }', 'there are 0'],
  ['tables: { t: { a: b, c: d }, u: { e: f } }\nend: { rows: 2 }', 'there are 3'],
  ['end: {}\naccounts: []', 'people.yaml:1:1: end: has to stand at the end'],
  ['accounts: []\nend: { people: 1 }', 'unknown key, known are accounts, groups'],
  ['accounts: []\nend: { accounts: many }', 'is not a number of things'],
  ['accounts: []\nend:', 'is not a map of counts but nothing'],
  ['sealed: no\naccounts: []\nend: {}', 'can only be true'],
])('%j is no whole file: %s', (text, problem) => {
  expect(problemsOf(text).join('\n')).toContain(problem);
});

test.each(['end: {}', 'accounts: []\nend: {}', '{"sealed":true,"end":{"accounts":0}}'])(
  '%j has an end mark',
  (text) => {
    expect(checkText(text, 'people.yaml')).toMatchObject({ isSealed: true });
  },
);

/** People files in several styles, of people who are told apart by their number. */
const files = fc
  .record({
    style: fc.constantFrom('flow', 'block', 'json'),
    accounts: fc.integer({ min: 1, max: 40 }),
    groups: fc.integer({ min: 0, max: 8 }),
    rows: fc.integer({ min: 0, max: 8 }),
  })
  .map(({ style, accounts, groups, rows }) => {
    const tree = {
      accounts: count(accounts).map((i) => ({
        address: `ünal${i}@example.org`,
        aliases: count(i % 4).map((j) => `u${i}.${j}@example.org`),
      })),
      groups: count(groups).map((i) => ({
        address: `team${i}@example.org`,
        members: count(accounts).map((j) => `ünal${j}@example.org`),
      })),
      tables: { t: Object.fromEntries(count(rows).map((i) => [`key${i}`, [`value ${i}`]])) },
    };
    return write[style](tree);
  });

const count = (length: number): readonly number[] => Array.from({ length }, (_, i) => i);

type Tree = {
  accounts: readonly { address: string; aliases: readonly string[] }[];
  groups: readonly { address: string; members: readonly string[] }[];
  tables: { t: Record<string, readonly string[]> };
};
const write = {
  json: (tree: Tree) => JSON.stringify(tree, null, 1),
  flow: ({ accounts, groups, tables }: Tree) =>
    [
      'accounts:',
      ...accounts.map((each) => `  - ${JSON.stringify(each)}`),
      'groups:',
      ...groups.map((each) => `  - ${JSON.stringify(each)}`),
      ...(groups.length === 0 ? ['  []'] : []),
      `tables: ${JSON.stringify(tables)}`,
      '',
    ].join('\n'),
  block: ({ accounts, groups, tables }: Tree) =>
    [
      `tables: ${JSON.stringify(tables)}`,
      'accounts:',
      ...accounts.flatMap(({ address, aliases }) => [
        `- address: ${address}`,
        ...(aliases.length === 0 ? [] : ['  aliases:', ...aliases.map((alias) => `  - ${alias}`)]),
      ]),
      ...(groups.length === 0 ? [] : ['groups:']),
      ...groups.flatMap(({ address, members }) => [
        `- address: ${address}`,
        '  members:',
        ...members.map((member) => `  - ${member}`),
      ]),
      '',
    ].join('\n'),
};

const cuts = fc.tuple(files, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }));
const cut = (text: string, share: number): Buffer => {
  const bytes = Buffer.from(text);
  return bytes.subarray(0, Math.trunc(bytes.length * share));
};

test('no cut of a sealed file is believed, by whoever reads one for the first time', () => {
  fc.assert(
    fc.property(cuts, ([text, share]) => {
      const sealed = seal(text);
      const checked = checkBytes(cut(sealed, share), 'people.yaml');
      if ('problems' in checked) return;
      const { entries, rows } = checked.content;
      // Cut before the first key: nobody is in it, and such a file is held.
      if (entries.length + rows.length > 0) expect(checked.content).toEqual(contentOf(sealed));
    }),
    { numRuns: 300 },
  );
});

/** A store whose last content was this one. */
async function storeOf(text: string) {
  const kept = createKept();
  const settings = {
    path: '/etc/people.yaml',
    guard: GUARD,
    sharedAliases: false,
    groups: { depth: 3, members: 100 },
  };
  const open = () => createStore(settings, quietHooks({ kept }));
  const store = open();
  await store.take({ bytes: Buffer.from(text) }, signal);
  expect(store.figures).toMatchObject({ loads: 1, failures: 0 });
  return { store, reopen: open };
}

test('a file that had an end mark is not believed without, until that is accepted', async () => {
  const { store, reopen } = await storeOf(`${STAFF}end: {}\n`);
  await store.take({ bytes: Buffer.from(STAFF) }, signal);
  expect(store.figures).toMatchObject({ loads: 1, held: 1 });
  const later = reopen();
  await later.take({ bytes: Buffer.from(STAFF) }, signal);
  expect(later.figures).toMatchObject({ loads: 0, held: 1 });
  expect(later.accept()).toContain('its end mark, it may be cut off');
  const last = reopen();
  await last.take({ bytes: Buffer.from(STAFF) }, signal);
  expect(last.figures).toMatchObject({ loads: 1, held: 0 });
});

test('no cut of a file with an end mark counts, though it announces none, before and after a restart', async () => {
  await fc.assert(
    fc.asyncProperty(cuts, async ([text, share]) => {
      fc.pre(!text.startsWith('{'));
      const whole = `${text}end: {}\n`;
      const { store, reopen } = await storeOf(whole);
      for (const each of [store, reopen()]) {
        const { loads } = each.figures;
        const bytes = cut(whole, share);
        await each.take({ bytes }, signal);
        // But for a last newline, which nobody misses.
        if (each.figures.loads !== loads)
          expect(contentOf(bytes.toString())).toEqual(contentOf(whole));
      }
    }),
    { numRuns: 60 },
  );
});

test('a cut of a file without a mark counts only where the guard would let the edit pass', async () => {
  let believed = 0;
  await fc.assert(
    fc.asyncProperty(cuts, async ([text, share]) => {
      const { store, reopen } = await storeOf(text);
      const before = (await gather(text)).extents;
      for (const each of [store, reopen()]) {
        const { loads } = each.figures;
        await each.take({ bytes: cut(text, share) }, signal);
        if (each.figures.loads === loads) continue;
        believed++;
        for (const kind of KINDS) {
          const items = [...before[kind].items()];
          const after = each.known().people.extents[kind];
          const lost = items.filter((item) => !after.has(item)).length;
          expect(lost).toBeLessThanOrEqual(
            Math.max(GUARD * items.length, Math.min(5, items.length / 2)),
          );
        }
      }
    }),
    { numRuns: 60 },
  );
  expect(believed).toBeGreaterThan(0);
});
