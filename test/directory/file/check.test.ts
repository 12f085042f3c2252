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
    'accounts[0].adress (line 1, column 36): unknown key, did you mean "address"?',
  ],
  [
    'accounts: [{ address: a@b.example, phone: 1 }]',
    'accounts[0].phone (line 1, column 36): unknown key, known are address, aliases, logins, enabled, id',
  ],
  [
    'groups: [{ address: a@b.example, members: [], enabled: true }]',
    'groups[0].enabled (line 1, column 47): unknown key, known are address, aliases, members, id',
  ],
  ['acounts: []', 'acounts (line 1, column 1): unknown key, did you mean "accounts"?'],
  [
    '__proto__: []',
    '__proto__ (line 1, column 1): unknown key, known are sealed, accounts, groups, open, domains, tables, end',
  ],
  ['accounts:\n  - { id: 1 }', 'accounts[0].address (line 2, column 5): is missing'],
  [
    'accounts:\n  - ann@example.org',
    'accounts[0] (line 2, column 5): is not a map but a single value',
  ],
  ['accounts:\n', 'accounts (line 1, column 1): is not a list but nothing'],
  ['accounts: { ann: x }', 'accounts (line 1, column 1): is not a list but a map'],
  [
    'accounts: [{ address: [a@b.example] }]',
    'accounts[0].address (line 1, column 14): is not text but a list',
  ],
  [
    'accounts: [{ address: "ann@example.org, evil@example.org" }]',
    'accounts[0].address (line 1, column 14): is not exactly one address with a domain',
  ],
  [
    'accounts: [{ address: root }]',
    'accounts[0].address (line 1, column 14): is not exactly one address with a domain',
  ],
  [
    'accounts: [{ address: Ann <ann@example.org> }]',
    'accounts[0].address (line 1, column 14): is not exactly one address with a domain',
  ],
  [
    'accounts:\n- address: a@b.example\n  aliases:\n  - c@b.example\n  - "@b.example"',
    'accounts[0].aliases[1] (line 5, column 5): is not exactly one address with a domain',
  ],
  [
    'groups: [{ address: a@b.example, members: [root] }]',
    'groups[0].members[0] (line 1, column 44): is not exactly one address with a domain',
  ],
  ['groups: [{ address: a@b.example }]', 'groups[0].members (line 1, column 10): is missing'],
  [
    'accounts: [{ address: a@b.example, logins: ["a,b"] }]',
    'accounts[0].logins[0] (line 1, column 45): is not a login: it is empty or has a comma, space or control code',
  ],
  [
    'accounts: [{ address: a@b.example, logins: [a b] }]',
    'accounts[0].logins[0] (line 1, column 45): is not a login: it is empty or has a comma, space or control code',
  ],
  [
    'accounts: [{ address: a@b.example, logins: ["a\\0"] }]',
    'accounts[0].logins[0] (line 1, column 45): is not a login: it is empty or has a comma, space or control code',
  ],
  [
    'accounts: [{ address: a@b.example, logins: a }]',
    'accounts[0].logins (line 1, column 36): is not a list but a single value',
  ],
  [
    'accounts: [{ address: a@b.example, enabled: yes }]',
    'accounts[0].enabled (line 1, column 36): is neither true nor false',
  ],
  [
    'accounts: [{ address: a@b.example, id: "" }]',
    'accounts[0].id (line 1, column 36): is not an id: it is empty or has control codes',
  ],
  [
    'accounts:\n- address: a@b.example\n- address: A@B.example',
    'accounts[1].address (line 3, column 3): accounts[0] has the same address',
  ],
  [
    'accounts:\n- { address: a@b.example, id: 1 }\n- { address: c@b.example, id: 1 }',
    'accounts[1].id (line 3, column 27): accounts[0] has the same id',
  ],
  [
    'accounts:\n- { address: a@b.example, id: c@b.example }\n- { address: c@b.example }',
    'accounts[1].id (line 3, column 3): accounts[0] has the same id',
  ],
  ['open: [192.0.2.7]', 'open[0] (line 1, column 8): is not a domain'],
  ['domains: [a/b]', 'domains[0] (line 1, column 11): is not a domain'],
  ['tables: { t: [] }', 'tables.t (line 1, column 11): is not a map of keys and values but a list'],
  ['tables: { t: { k: [] } }', 'tables.t (line 1, column 16): has no value'],
  [
    'tables: { t: { ann@b.example: "a\\nb" } }',
    'tables.t (line 1, column 16): is not a table value: it is empty or has control codes',
  ],
  [
    'tables: { t: { a.example: x, A.example: y } }',
    'tables.t (line 1, column 30): an earlier key of the table means the same, case aside',
  ],
])('%j is refused: %s', (text, problem) => {
  expect(problemsOf(text)).toEqual([`people.yaml: ${problem}`]);
});

test.each([
  ['accounts: []\naccounts: []', 'people.yaml (line 2, column 1): this key stands twice, keep one'],
  [
    '{"accounts": [],\n"accounts": []}',
    'people.yaml (line 2, column 1): this key stands twice, keep one',
  ],
  [
    'open: []\n---\nopen: []',
    'people.yaml (line 2, column 1): a second document begins here, write all in one',
  ],
  ['open: !ours []', 'people.yaml (line 1, column 7): unresolved tag: !ours'],
  [
    'open: *x',
    "people.yaml: can't be read as YAML: unresolved alias (the anchor must be set before the alias): x",
  ],
  [
    '- a',
    'people.yaml (line 1, column 1): is not a map with accounts, groups, open, domains or tables but a list',
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
    'people.yaml: accounts[0].address (line 3, column 5): is not exactly one address with a domain',
    'people.yaml: opn (line 1, column 1): unknown key, did you mean "open"?',
    'people.yaml: accounts[2].address (line 5, column 5): accounts[1] has the same address',
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
