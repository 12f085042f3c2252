import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkBytes, checkText } from '../../../src/directory/file/check.ts';

const problemsOf = (text: string): readonly string[] => {
  const checked = checkText(text, 'people.yaml');
  return 'problems' in checked ? checked.problems : [];
};

test.each([
  [
    'accounts: [{ address: a@b.example, adress: x }]',
    '1:36: accounts[0].adress: unknown key, did you mean "address"?',
  ],
  [
    'accounts: [{ address: a@b.example, phone: 1 }]',
    '1:36: accounts[0].phone: unknown key, known are address, aliases, logins, enabled, id',
  ],
  [
    'groups: [{ address: a@b.example, members: [], enabled: true }]',
    '1:47: groups[0].enabled: unknown key, known are address, aliases, members, id',
  ],
  [
    'accounts: [{ adress: a@b.example }]',
    '1:14: accounts[0].adress: unknown key, did you mean "address"?',
  ],
  ['acounts: []', '1:1: acounts: unknown key, did you mean "accounts"?'],
  [
    '__proto__: []',
    '1:1: __proto__: unknown key, known are sealed, accounts, groups, open, domains, tables, end',
  ],
  ['accounts:\n  - { id: 1 }', '2:5: accounts[0].address: is missing'],
  ['accounts:\n  - ann@example.org', '2:5: accounts[0]: is not a map but a single value'],
  ['accounts:\n', '1:1: accounts: is not a list but nothing'],
  ['accounts: { ann: x }', '1:1: accounts: is not a list but a map'],
  ['accounts: [{ address: [a@b.example] }]', '1:14: accounts[0].address: is not text but a list'],
  [
    'accounts: [{ address: "ann@example.org, evil@example.org" }]',
    '1:14: accounts[0].address: is not exactly one address with a domain',
  ],
  [
    'accounts: [{ address: root }]',
    '1:14: accounts[0].address: is not exactly one address with a domain',
  ],
  [
    'accounts: [{ address: Ann <ann@example.org> }]',
    '1:14: accounts[0].address: is not exactly one address with a domain',
  ],
  [
    'accounts:\n- address: a@b.example\n  aliases:\n  - c@b.example\n  - "@b.example"',
    '5:5: accounts[0].aliases[1]: is not exactly one address with a domain',
  ],
  [
    'groups: [{ address: a@b.example, members: [root] }]',
    '1:44: groups[0].members[0]: is not exactly one address with a domain',
  ],
  ['groups: [{ address: a@b.example }]', '1:10: groups[0].members: is missing'],
  [
    'accounts: [{ address: a@b.example, logins: ["a,b"] }]',
    '1:45: accounts[0].logins[0]: is not a login: it is empty or has a comma, space or control code',
  ],
  [
    'accounts: [{ address: a@b.example, logins: [a b] }]',
    '1:45: accounts[0].logins[0]: is not a login: it is empty or has a comma, space or control code',
  ],
  [
    'accounts: [{ address: a@b.example, logins: ["a\\0"] }]',
    '1:45: accounts[0].logins[0]: is not a login: it is empty or has a comma, space or control code',
  ],
  [
    'accounts: [{ address: a@b.example, logins: a }]',
    '1:36: accounts[0].logins: is not a list but a single value',
  ],
  [
    'accounts: [{ address: a@b.example, enabled: yes }]',
    '1:36: accounts[0].enabled: is neither true nor false',
  ],
  [
    'accounts: [{ address: a@b.example, id: "" }]',
    '1:36: accounts[0].id: is not an id: it is empty or has control codes',
  ],
  [
    'accounts:\n- address: a@b.example\n- address: A@B.example',
    '3:3: accounts[1].address: accounts[0] has the same address',
  ],
  [
    'accounts:\n- { address: a@b.example, id: 1 }\n- { address: c@b.example, id: 1 }',
    '3:27: accounts[1].id: accounts[0] has the same id',
  ],
  [
    'accounts:\n- { address: a@b.example, id: c@b.example }\n- { address: c@b.example }',
    '3:3: accounts[1].id: accounts[0] has the same id',
  ],
  ['open: [192.0.2.7]', '1:8: open[0]: is not a domain'],
  ['domains: [a/b]', '1:11: domains[0]: is not a domain'],
  ['tables: { t: [] }', '1:11: tables.t: is not a map of keys and values but a list'],
  ['tables: { t: { k: [] } }', '1:16: tables.t: has no value'],
  [
    'tables: { t: { ann@b.example: "a\\nb" } }',
    '1:16: tables.t: is not a table value: it is empty or has control codes',
  ],
  [
    'tables: { t: { a.example: x, A.example: y } }',
    '1:30: tables.t: an earlier key of the table means the same, case aside',
  ],
])('%j is refused: %s', (text, problem) => {
  expect(problemsOf(text)).toEqual([`people.yaml:${problem}`]);
});

test.each([
  ['accounts: []\naccounts: []', 'people.yaml:2:1: this key stands twice, keep one'],
  ['{"accounts": [],\n"accounts": []}', 'people.yaml:2:1: this key stands twice, keep one'],
  ['open: []\n---\nopen: []', 'people.yaml:2:1: a second document begins here, write all in one'],
  ['open: !ours []', 'people.yaml:1:7: unresolved tag: !ours'],
  [
    'open: *x',
    "people.yaml: can't be read as YAML: unresolved alias (the anchor must be set before the alias): x",
  ],
  [
    '- a',
    'people.yaml:1:1: is not a map with accounts, groups, open, domains or tables but a list',
  ],
])('%j is not read: %s', (text, problem) => {
  expect(problemsOf(text)).toEqual([problem]);
});

test('all problems are told at once', () => {
  expect(
    problemsOf(
      'opn: []\naccounts:\n- { address: a }\n- { address: b@b.example }\n- { address: b@b.example }',
    ),
  ).toEqual([
    'people.yaml:3:5: accounts[0].address: is not exactly one address with a domain',
    'people.yaml:1:1: opn: unknown key, did you mean "open"?',
    'people.yaml:5:5: accounts[2].address: accounts[1] has the same address',
  ]);
});

test('no more problems are listed than somebody reads', () => {
  const problems = problemsOf(`open: [${'"*", '.repeat(60)}]`);
  expect(problems).toHaveLength(51);
  expect(problems.at(-1)).toBe('and 10 more problems');
});

test('a file that is not UTF-8 is refused', () => {
  expect(checkBytes(Buffer.from('open: [\xe4.example]', 'latin1'), 'people.yaml')).toEqual({
    problems: ['people.yaml: is not UTF-8, save it in that encoding'],
  });
});

test.each(['', '# nobody yet\n', '\ufeffaccounts: []', '{}'])('%j is a file of nobody', (text) => {
  expect(checkText(text, 'people.yaml')).toMatchObject({ content: { entries: [] } });
});

test('JSON and YAML say the same', () => {
  const json =
    '{"accounts": [{"address": "a@b.example", "id": 17, "enabled": false}], "tables": {"t": {"k": 5}}}';
  expect(checkText(json, 'f')).toEqual(checkText(`# YAML\n${json}`, 'f'));
});

test('any text is either taken or told about', () => {
  const word = fc.constantFrom(
    'accounts',
    'groups',
    'open',
    'domains',
    'tables',
    'address',
    'aliases',
    'members',
    'logins',
    'a@b.example',
    'b.example',
    ': ',
    '\n',
    '  ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '"',
    '&a ',
    '*a',
    '!!map ',
    '__proto__',
    '\t',
    '---\n',
    '? ',
    '|\n',
    '#',
    '%',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word, { maxLength: 40 }).map((words) => words.join('')),
  );
  fc.assert(
    fc.property(text, (content) => {
      const checked = checkBytes(Buffer.from(content), 'people.yaml');
      expect('content' in checked || checked.problems.length > 0).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('any value is either taken or told about', () => {
  const key = fc.constantFrom(
    'accounts',
    'groups',
    'open',
    'domains',
    'tables',
    'address',
    'aliases',
    'members',
    'logins',
    'enabled',
    'id',
    '__proto__',
    'x',
  );
  const leaf = fc.oneof(
    fc.constantFrom('a@b.example', 'b@b.example', 'b.example', 'true'),
    fc.jsonValue(),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      leaf,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      const checked = checkText(JSON.stringify(value), 'people.yaml');
      expect('content' in checked || checked.problems.length > 0).toBe(true);
    }),
    { numRuns: 500 },
  );
});
