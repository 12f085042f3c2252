import { expect, test } from 'vitest';
import type { KeycloakSettings } from '../../../src/directory/keycloak/settings.ts';
import { type Script, says, user } from '../../support/keycloak/script.ts';
import { open, signal } from './fixture.ts';
import { MIRROR } from './follow/fixture.ts';

/** What an administrator is told, a line each, of a Keycloak that answers so. */
async function told(
  more: Partial<KeycloakSettings> = {},
  script: Script = () => undefined,
  roles = ['view-users', 'view-events', 'view-organizations'],
): Promise<readonly string[]> {
  const { keycloak, directory } = await open(more);
  keycloak.users.push(user('eve', { attributes: { mailAlias: ['info@example.org'] } }));
  keycloak.script = ({ path, ...asked }) => {
    if (!path.endsWith('/token')) return script({ path, ...asked });
    const access = { resource_access: { 'realm-management': { roles } } };
    const claims = Buffer.from(JSON.stringify(access)).toString('base64url');
    return script({ path, ...asked }) ?? says({ access_token: `x.${claims}.y`, expires_in: 300 });
  };
  await directory.findAnew('ann@example.org', signal).catch(() => {});
  const remarks = (await directory.inspect?.(signal)) ?? [];
  return remarks.map(({ level, text }) => `${level}: ${text}`);
}

const line = (...parts: readonly string[]) => expect.stringMatching(parts.join('.*'));

test('a healthy realm is all right', async () => {
  const all = { aliasAttribute: 'mailAlias', groupAttribute: 'mail', events: 60_000 } as const;
  const lines = await told({
    ...all,
    canary: 'ann@example.org',
    organizations: { verified: 'required' },
  });
  // How quick it is, is the machine's.
  const others = lines.filter((each) => !each.includes('a search by attribute mailAlias takes'));
  expect(others.filter((each) => !each.startsWith('ok: '))).toEqual([]);
  expect(lines).toHaveLength(7);
});

test.each([
  { role: 'view-users', more: {} },
  { role: 'view-organizations', more: { organizations: { verified: 'required' } } },
  { role: 'view-events', more: { events: 60_000 } },
] as const)(
  'it names the missing role $role and the command that gives it',
  async ({ role, more }) => {
    expect(await told(more, undefined, [])).toContainEqual(
      line(
        `^failed: idpmap lacks the role ${role}, run: kcadm.sh add-roles -r mail --uusername service-account-idpmap --cclientid realm-management --rolename ${role}`,
      ),
    );
  },
);

test('rights that are not needed are told', async () => {
  expect(await told({}, undefined, ['view-users', 'manage-users'])).toContainEqual(
    line('^warning: idpmap may do more than idpmap needs', 'manage-users'),
  );
});

test.each([
  { body: { error: 'Realm does not exist' }, says: 'there is no realm mail' },
  { body: { error: 'Unable to find matching target resource method' }, says: 'try url with /auth' },
])('without a token that is all there is to say: $says', async ({ body, says: text }) => {
  const { keycloak, directory } = await open();
  keycloak.script = () => ({ status: 404, body });
  await directory.findAnew('ann@example.org', signal).catch(() => {});
  keycloak.script = ({ path }) =>
    path.endsWith('/token') ? { status: 404, body } : { status: 401, body: '' };
  await directory.find('ann@example.org', signal).catch(() => {});
  const remarks = await directory.inspect?.(signal);
  expect(remarks).toEqual([{ level: 'failed', text: expect.stringContaining(text) }]);
});

test('users who come from elsewhere are told', async () => {
  const rows = [user('lea', { federationLink: 'ldap' })];
  const lines = await told({}, ({ path }) => (path.endsWith('/users') ? says(rows) : undefined));
  expect(lines).toContainEqual(
    line('^failed: nobody is believed to be absent: user "lea"', 'set federation'),
  );
});

test('an attribute that nobody has is told', async () => {
  expect(await told({ aliasAttribute: 'malAlias' })).toContainEqual(
    line('^warning: none of 2 users has the attribute malAlias'),
  );
});

test('a canary that is not found is told', async () => {
  expect(await told({ canary: 'gone@example.org' })).toContainEqual(
    line('^failed: it does not find the canary gone@example.org'),
  );
});

test('addresses of groups in upper case are told', async () => {
  const rows = [{ id: '1', attributes: { mail: ['Team@example.org'] }, subGroupCount: 0 }];
  const lines = await told({ groupAttribute: 'mail' }, ({ path }) =>
    path.endsWith('/groups') ? says(rows) : undefined,
  );
  expect(lines).toContainEqual(line('^warning: ', 'in lower case: "Team@example.org"'));
});

/** An organization whose groups are these, as Keycloak 26.6 has them. */
const withOrganizationGroups =
  (groups: readonly unknown[]): Script =>
  ({ path }) => {
    if (path.endsWith('/organizations')) return says([{ id: 'o1', enabled: true, domains: [] }]);
    if (path.endsWith('/organizations/count')) return says(1);
    return path.endsWith('/organizations/o1/groups') ? says(groups) : undefined;
  };

test('groups of organizations that have an address are named, for they are not found', async () => {
  const groups = [
    { id: 'g1', name: 'crew', attributes: { mail: ['crew@org.example'] } },
    { id: 'g2', name: 'quiet' },
  ];
  expect(await told({ groupAttribute: 'mail' }, withOrganizationGroups(groups))).toContainEqual(
    line('^warning: groups of organizations are not looked at', 'crew@org.example'),
  );
});

test.each([
  ['have no address', withOrganizationGroups([{ id: 'g2', name: 'quiet' }])],
  ['are not there, before 26.6', withOrganizationGroups([])],
] as const)('groups of organizations that %s are not spoken of', async (_, script) => {
  expect((await told({ groupAttribute: 'mail' }, script)).join('\n')).not.toContain(
    'groups of organizations',
  );
});

test('organizations whose domains nobody vouches for are told', async () => {
  expect(await told({ organizations: { verified: 'any' } })).toContainEqual(
    line('^warning: ', 'allowDomains'),
  );
});

test('a realm that keeps no events is told', async () => {
  const lines = await told({ events: 60_000 }, ({ path }) =>
    path.endsWith('/events/config') ? says({ adminEventsEnabled: false }) : undefined,
  );
  expect(lines).toContainEqual(line('^failed: ', 'kcadm.sh update events/config -r mail'));
});

test('federation: live is told to prove nobody absent', async () => {
  expect(await told({ federation: 'live' })).toContainEqual(
    line('^warning: with federation: live'),
  );
});

test('addresses that Postfix asks for by other letters are told, where they are not found or not one', async () => {
  const script: Script = ({ path }) =>
    path.endsWith('/users')
      ? says(
          ['weiß', 'weiss', '\u017fmith', 'a\u0387b\u00b7c', 'γιώργος'].map((name) =>
            user(`id-${name.length}`, { email: `${name}@example.org` }),
          ),
        )
      : undefined;
  const lines = await told({}, script);
  expect(lines.filter((each) => each.includes('Postfix'))).toEqual([
    line(
      'warning: the address a\u0387b\u00b7c@example.org',
      'mail for a\u00b7b\u00b7c@example.org',
    ),
    line('warning: Postfix takes weiß@example.org and weiss@example.org for one'),
  ]);
});

const MIRRORED = { events: 60_000, mirror: MIRROR } as const;

test('a mirror that learns of everything is all right', async () => {
  expect(await told(MIRRORED)).toContainEqual('ok: a mirror learns of all that changes');
});

test.each([
  { what: 'no events', more: { events: 'off' }, says: 'events: off, so of all changes' },
  { what: 'a directory behind it', more: { federation: 'synced' }, says: 'federation: none' },
] as const)('it says that a mirror learns late: of $what', async ({ more, says: words }) => {
  expect(await told({ ...MIRRORED, ...more })).toContainEqual(line('^warning: ', words));
});

test.each([
  {
    what: 'events of users that are not kept',
    path: '/events/config',
    body: { adminEventsEnabled: true, eventsEnabled: false },
    says: 'eventsEnabled=true',
  },
  {
    what: 'events that are kept for less than a day',
    path: '/realms/mail',
    body: { attributes: { adminEventsExpiration: '3600' } },
    says: 'keeps events for 3600 s',
  },
  { what: 'a listing from the front', path: '/users/count', body: 20_000, says: 'older than 26.6' },
])('a mirror’s check speaks of $what', async ({ path, body, says: words }) => {
  const lines = await told(MIRRORED, (asked) =>
    asked.path.endsWith(path) ? says(body) : undefined,
  );
  expect(lines).toContainEqual(line('^warning: ', words));
});
