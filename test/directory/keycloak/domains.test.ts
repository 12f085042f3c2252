import { expect, test } from 'vitest';
import type { OrganizationSettings } from '../../../src/directory/keycloak/settings.ts';
import { open, signal } from './fixture.ts';

const ORGANIZATIONS = [
  {
    id: '1',
    name: 'Example',
    enabled: true,
    domains: [
      { name: 'Example.org', verified: true },
      { name: 'exämple.org', verified: true },
      { name: 'claimed.example', verified: false },
    ],
  },
  { id: '2', name: 'Off', enabled: false, domains: [{ name: 'off.example', verified: true }] },
  { id: '3', name: 'Greedy', enabled: true, domains: [{ name: 'gmail.com', verified: true }] },
  { id: '4', name: 'None', enabled: true },
];

async function domainsWith(organizations: OrganizationSettings): Promise<unknown> {
  const { keycloak, directory } = await open({ organizations });
  keycloak.organizations.push(...ORGANIZATIONS);
  return directory.domains?.(signal);
}

test('verified domains of enabled organizations are ours', async () => {
  expect(await domainsWith({ verified: 'required' })).toEqual([
    'example.org',
    'xn--exmple-cua.org',
    'gmail.com',
  ]);
});

test('unverified ones are where the settings say so', async () => {
  expect(await domainsWith({ verified: 'any' })).toContain('claimed.example');
});

test('only those that are allowed become ours', async () => {
  const allowDomains = ['example.org', 'claimed.example', 'other.example'];
  expect(await domainsWith({ verified: 'required', allowDomains })).toEqual(['example.org']);
});

test('an empty list of allowed domains allows none', async () => {
  expect(await domainsWith({ verified: 'any', allowDomains: [] })).toEqual([]);
});

test('more than a page is read', async () => {
  const { keycloak, directory } = await open({ organizations: { verified: 'required' } });
  for (let i = 0; i < 150; i++) {
    const domains = [{ name: `d${i}.example`, verified: true }];
    keycloak.organizations.push({ id: String(i), enabled: true, domains });
  }
  expect(await directory.domains?.(signal)).toHaveLength(150);
});

test('without the role it is a fault that says how to give it', async () => {
  const { keycloak, directory } = await open({ organizations: { verified: 'required' } });
  keycloak.script = ({ path }) =>
    path.endsWith('/organizations') ? { status: 403, body: '' } : undefined;
  await expect(directory.domains?.(signal)).rejects.toThrow('--rolename view-organizations');
});

test('domains are not listed where the settings do not say so', async () => {
  expect((await open()).directory).not.toHaveProperty('domains');
});
