import { expect, test } from 'vitest';
import { recogniseRoot } from '../../../../src/directory/ldap/servers/recognise.ts';

/** A root entry; attributes as servers give them. */
const root = (attributes: Readonly<Record<string, readonly string[]>>) =>
  recogniseRoot({
    dn: '',
    attributes: new Map(
      Object.entries(attributes).map(([name, values]) => [
        name.toLowerCase(),
        values.map((value) => Buffer.from(value)),
      ]),
    ),
  });

test.each([
  ['openldap', { objectClass: ['top', 'OpenLDAProotDSE'] }],
  ['389ds', { objectClass: ['top'], vendorVersion: ['389-Directory/2.3.1 B2023.1'] }],
  [
    'freeipa',
    { vendorVersion: ['389-Directory/2.3.1 B2023.1'], ipaTopologyPluginVersion: ['1.0'] },
  ],
  ['active-directory', { supportedCapabilities: ['1.2.840.113556.1.4.800'] }],
  ['lldap', { vendorName: ['LLDAP'] }],
  ['authentik', { vendorName: ['goauthentik.io'] }],
  ['glauth', { vendorName: ['GLAuth'] }],
])('%s is known by its root', (preset, attributes) => {
  expect(root({ ...attributes }).preset).toBe(preset);
});

test('a server that does not tell is none', () => {
  expect(root({ objectClass: ['top'] })).toEqual({ bases: [] });
});

test('people lie in the tree that the server names first, and in none that is its own', () => {
  const { bases } = root({
    namingContexts: ['cn=changelog', 'DC=other,DC=org', 'DC=example,DC=org'],
    defaultNamingContext: ['DC=example,DC=org'],
  });
  expect(bases).toEqual(['DC=example,DC=org', 'DC=other,DC=org']);
});
