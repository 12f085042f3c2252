import { expect, test } from 'vitest';
import { parsePlainJson } from '../../../src/directory/file/json.ts';
import { peopleSchema } from '../../../src/directory/file/schema.ts';

test.each([
  '{"open": ["a.example"], "tables": {"t": {"k": "a\\"b: \\\\"}}}',
  ' \n{ "accounts" : [ { "address" : "a@b.example" } ] }',
])('%j is read as JSON', (text) => {
  expect(parsePlainJson(text)).toEqual(JSON.parse(text));
});

test.each([
  '',
  'open: []',
  '{open: []}',
  '["open"]',
  '{"open": [], "open": []}',
  '{"t": {"k": 1, "k": 2}}',
])('%j is left to YAML', (text) => {
  expect(parsePlainJson(text)).toBeUndefined();
});

test('a number of JSON counts as its text', () => {
  const file = peopleSchema.parse({ accounts: [{ address: 'a@b.example', id: 17 }] });
  expect(file.accounts?.[0]?.id).toBe('17');
});
