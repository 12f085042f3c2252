import { expect, test } from 'vitest';
import { user } from '../../support/keycloak/script.ts';
import { open, signal } from './fixture.ts';

test('gives addresses of users and groups, aliases included', async () => {
  const { keycloak, directory } = await open({
    aliasAttribute: 'mailAlias',
    groupAttribute: 'mail',
  });
  keycloak.users.push(
    user('Mary-Ann', { attributes: { mailAlias: ['M-A@example.org'] } }),
    user('nomail', { email: '' }),
  );
  keycloak.groups.push({ id: 'g', name: 'g', attributes: { mail: ['Team-A@example.org'] } });
  await directory.find('ann@example.org', signal).catch(() => {});
  expect(await directory.sample?.(signal)).toEqual([
    'ann@example.org',
    'mary-ann@example.org',
    'm-a@example.org',
    'team-a@example.org',
  ]);
});

test('rejects where users can not be read', async () => {
  const { keycloak, directory } = await open();
  keycloak.script = ({ path }) => (path.endsWith('/users') ? { status: 503, body: '' } : undefined);
  await expect(directory.sample?.(signal)).rejects.toThrow('503');
});
