import { keycloakSection } from '../keycloak/directory.ts';
import type { KeycloakServer } from '../keycloak/keycloak.ts';
import { ldapSection } from '../ldap/directory.ts';
import { startDs389 } from '../ldap/ds389.ts';
import { startSamba } from '../ldap/samba.ts';
import type { LdapServer } from '../ldap/server.ts';
import { startSlapd } from '../ldap/slapd.ts';
import { startSqlServer } from '../sql/server.ts';
import type { Provider } from './mail.ts';

/** Somebody who can be removed and made anew, with the same address. */
export interface Renewing extends Provider {
  readonly newcomer: string;
  create(): Promise<void>;
  removeNewcomer(): Promise<void>;
}

export interface MirroredLdap extends Provider {
  readonly server: LdapServer;
}

/** LDAP is spoken plainly, so that whoever listens can tell who is asked for. */
function ldapProvider(server: LdapServer): MirroredLdap {
  // What is known of it, also while it does not run.
  const facts = { ...server };
  const { host, port } = server;
  return {
    server,
    at: { host, port },
    section: (proxied) => ldapSection({ ...facts, host: '127.0.0.1', port: proxied }, 'plain'),
    start: () => server.start(),
    stop: () => server.stop(),
    remove: () => server.remove(),
  };
}

export const startMirroredSlapd = async (): Promise<MirroredLdap> =>
  ldapProvider(await startSlapd({ sync: { sessionLog: 100 } }));

/** One that tells nothing but listings. */
export const startListedSlapd = async (): Promise<MirroredLdap> => ldapProvider(await startSlapd());

export const startMirrored389 = async (): Promise<MirroredLdap> =>
  ldapProvider(await startDs389({ sync: true }));

/** Active Directory, whose DirSync tells no deletions here. */
export async function startMirroredSamba(): Promise<MirroredLdap & Renewing> {
  const server = await startSamba({ requireStrongAuth: 'no' });
  const dn = `CN=zoe,${server.accountsBase}`;
  return {
    ...ldapProvider(server),
    newcomer: 'zoe@example.test',
    create: () =>
      server.modify(
        `dn: ${dn}\nchangetype: add\nobjectClass: user\nsAMAccountName: zoe\nuserAccountControl: 544\nmail: zoe@example.test\n`,
      ),
    removeNewcomer: () => server.modify(`dn: ${dn}\nchangetype: delete\n`),
  };
}

const LIST_ACCOUNTS = `SELECT u.id, u.address, a.alias, u.login, u.active AS enabled, u.changed
  FROM users u LEFT JOIN aliases a ON a.account = u.id`;
const LIST_GROUPS = `SELECT l.id, l.address, COALESCE(u.address, m.external) AS member, u.login,
    u.active AS member_enabled, i.address AS member_group, l.changed
  FROM lists l LEFT JOIN members m ON m.list = l.id
    LEFT JOIN users u ON u.id = m.account LEFT JOIN lists i ON i.id = m.inner_list`;

/** Tables in PostgreSQL, with times of change; a deletion leaves none. */
export async function startMirroredSql(): Promise<Renewing> {
  const server = await startSqlServer('postgresql');
  for (const table of ['users', 'lists'])
    await server.run(`ALTER TABLE ${table} ADD changed timestamptz DEFAULT now()`);
  let count = 0;
  return {
    at: server.port,
    section: (port) => {
      const { people, ...section }: { people?: object } = server.section({
        hosts: `127.0.0.1:${port}`,
      });
      return {
        ...section,
        people: { ...people, listAccounts: LIST_ACCOUNTS, listGroups: LIST_GROUPS },
      };
    },
    start: () => server.start(),
    stop: () => server.stop(),
    remove: () => server.remove(),
    newcomer: 'zoe@example.test',
    create: async () => {
      count += 1;
      await server.run(`INSERT INTO users VALUES ('zoe${count}', 'zoe@example.test', 'zoe', 1)`);
    },
    removeNewcomer: async () =>
      void (await server.run("DELETE FROM users WHERE address = 'zoe@example.test'")),
  };
}

/** A realm of a Keycloak that somebody else has started, and ends. */
export const mirroredKeycloak = (server: KeycloakServer): Provider => ({
  at: server.port,
  section: (port) =>
    keycloakSection(server, 'http', {
      url: `http://127.0.0.1:${port}`,
      organizations: undefined,
      events: '1s',
    }),
  start: () => server.start(),
  stop: () => server.stop(),
  remove: async () => {},
});
