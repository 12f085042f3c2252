import { expect, test } from 'vitest';
import {
  createDemoDirectory,
  DEMO_DOMAINS,
  DEMO_PEOPLE,
} from '../../../src/directory/demo/demo.ts';
import { plain } from '../../support/plain.ts';

const { signal } = new AbortController();
const find = async (address: string) => plain(await createDemoDirectory()).find(address, signal);

test.each(['test', 'user', 'admin', 'postmaster'])(
  'the demo knows %s@example.com',
  async (name) => {
    expect(await find(`${name}@example.com`)).toMatchObject([{ kind: 'account', enabled: true }]);
  },
);

test.each([
  ['an alias', 'info@example.com', { address: 'user@example.com' }],
  ['a disabled account', 'former@example.com', { enabled: false }],
  ['an account that may not send', 'noreply@example.com', { logins: [] }],
  ['a group', 'team@example.com', { members: ['user@example.com', 'admin@example.com'] }],
  [
    'a group with a group and somebody outside',
    'all@example.com',
    {
      members: ['test@example.com', 'partner@example.net', 'user@example.com', 'admin@example.com'],
    },
  ],
  ['anybody at its open domain', 'whoever@test.com', { address: 'whoever@test.com' }],
])('the demo has %s', async (_, address, expected) => {
  expect(await find(address)).toMatchObject([expected]);
});

test('the demo does not know nobody', async () => {
  expect(await find('nobody@example.com')).toEqual([]);
});

test('the demo has a table', async () => {
  const directory = plain(await createDemoDirectory());
  expect(await directory.table?.({ table: 'blacklist' })('192.0.2.7', signal)).toEqual([
    'REJECT go away',
  ]);
});

test("all of the demo's own people are in its domains", () => {
  const domains = [...DEMO_PEOPLE.matchAll(/(?:address: \S+@|open: \[)([a-z.]+)/g)].map(
    ([, domain]) => domain,
  );
  expect(new Set(domains)).toEqual(new Set(DEMO_DOMAINS));
});
