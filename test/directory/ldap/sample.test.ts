import { expect, test } from 'vitest';
import { sample } from '../../../src/directory/ldap/sample.ts';
import type { LdapEndpoint } from '../../../src/directory/ldap/settings/endpoint.ts';
import { accountsBy, openStaff } from './staff.ts';

const never = new AbortController().signal;
const [A, B] = ['a', 'b'].map(
  (host): LdapEndpoint => ({ kind: 'tcp', host, port: 389, secure: false }),
);
const endpoints = [A, B].filter((endpoint) => endpoint !== undefined);
const branches = [accountsBy('mail', 'other')];

test('gives addresses and aliases, as they are compared, of the first server that answers', async () => {
  const staff = await openStaff([
    { mail: 'Mary-Ann@example.org', other: 'm-a@example.org' },
    { other: 'b-b@example.org' },
  ]);
  const open = async (endpoint: LdapEndpoint) => {
    if (endpoint === A) throw new Error('down');
    return staff.connection;
  };
  expect(await sample({ endpoints, branches, open }, never)).toEqual([
    'mary-ann@example.org',
    'm-a@example.org',
    'b-b@example.org',
  ]);
});

test('rejects where no server answers', async () => {
  const open = () => Promise.reject(new Error('down'));
  await expect(sample({ endpoints, branches, open }, never)).rejects.toThrow('down');
});
