import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startDs389 } from '../support/ldap/ds389.ts';
import { run } from '../support/ldap/run.ts';
import { startSamba } from '../support/ldap/samba.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { processesOf } from '../support/process.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';

type Way = 'plain' | 'StartTLS' | 'ldaps';

/** What `ldapsearch` needs to reach a server. Its certificate is checked, by the address that it has among its names. */
function reach({ host, port, securePort, ca }: LdapServer, way: Way): readonly string[] {
  const trust = ['-o', `TLS_CACERT=${ca}`];
  if (way === 'ldaps') return [...trust, '-H', `ldaps://${host}:${securePort}`];
  const plain = [...trust, '-H', `ldap://${host}:${port}`];
  return way === 'plain' ? plain : [...plain, '-ZZ'];
}

const bind = ({ bindDn, password }: LdapServer): readonly string[] => [
  '-x',
  '-D',
  bindDn,
  '-w',
  password,
];

/** The names of what a search below the accounts finds. */
async function search(server: LdapServer, options: readonly string[], filter = '(mail=ann@*)') {
  const form = ['-LLL', '-o', 'ldif_wrap=no', '-b', server.accountsBase];
  const text = await run('ldapsearch', [...form, ...options, filter, '1.1']);
  return [...text.matchAll(/^dn: (.*)$/gm)].map(([, dn]) => dn);
}

const SERVERS: readonly {
  readonly title: string;
  readonly needs: readonly Requirement[];
  readonly start: () => Promise<LdapServer>;
  readonly ways: readonly Way[];
  /** What somebody hears who is not bound. */
  readonly stranger: RegExp;
}[] = [
  {
    title: 'a private slapd',
    needs: ['slapd'],
    start: () => startSlapd(),
    ways: ['plain', 'StartTLS', 'ldaps'],
    stranger: /No such object/,
  },
  {
    title: 'a private 389-DS',
    needs: ['ds389'],
    start: startDs389,
    ways: ['plain', 'StartTLS', 'ldaps'],
    // Success, and nobody found.
    stranger: /^$/,
  },
  {
    title: 'a private Samba',
    needs: ['root', 'samba', 'slapd'],
    start: () => startSamba(),
    ways: ['StartTLS', 'ldaps'],
    stranger: /Operations error/,
  },
];

for (const { title, needs, start, ways, stranger } of SERVERS) {
  describeWith(needs, title, () => {
    let server: LdapServer;

    beforeAll(async () => {
      server = await start();
    });

    afterAll(() => server?.remove());

    test.each(ways)('shows people to the service account, %s', async (way) => {
      const options = [...reach(server, way), ...bind(server)];
      expect(await search(server, options)).toEqual([server.dn('ann')]);
    });

    test('shows nobody to anybody else', async () => {
      const seen = await search(server, ['-x', ...reach(server, 'ldaps')]).catch(String);
      expect(String(seen)).toMatch(stranger);
    });

    test('holds the same people as the others', async () => {
      const options = [...reach(server, 'ldaps'), ...bind(server), '-E', 'pr=500/noprompt'];
      expect(await search(server, options, '(mail=u*@example.test)')).toHaveLength(1600);
    });

    test('takes what its administrator changes', async () => {
      const change = (mail: string) =>
        server.modify(
          `dn: ${server.dn('bob')}\nchangetype: modify\nreplace: mail\nmail: ${mail}\n`,
        );
      onTestFinished(() => change('bob@example.test'));
      await change('robert@example.test');
      const options = [...reach(server, 'ldaps'), ...bind(server)];
      expect(await search(server, options, '(mail=robert@*)')).toEqual([server.dn('bob')]);
    });

    test('refuses the old password after a change', async () => {
      onTestFinished(() => server.setPassword(server.password));
      await server.setPassword('another-secret');
      const options = [...reach(server, 'ldaps'), ...bind(server)];
      await expect(search(server, options)).rejects.toThrow('Invalid credentials');
      const changed = await search(server, [...options, '-w', 'another-secret']);
      expect(changed).toEqual([server.dn('ann')]);
    });

    test('leaves no process when it is killed, and comes back', async () => {
      const { pid } = server;
      await server.kill();
      expect(processesOf(pid)).toEqual([]);
      await server.start();
      const options = [...reach(server, 'ldaps'), ...bind(server)];
      expect(await search(server, options)).toEqual([server.dn('ann')]);
    });

    test('leaves no process when it is stopped while suspended', async () => {
      const { pid } = server;
      server.suspend();
      await server.stop();
      expect(processesOf(pid)).toEqual([]);
      await server.start();
    });
  });
}

describeWith(['slapd'], 'a slapd of its own', () => {
  let server: LdapServer;

  beforeAll(async () => {
    server = await startSlapd({ idleTimeout: 60, threads: 4 });
  });

  afterAll(() => server?.remove());

  test('shows the service account no more than mail needs', async () => {
    const options = [...reach(server, 'plain'), ...bind(server), '-b', server.dn('ann')];
    const text = await run('ldapsearch', ['-LLL', ...options, '*', 'sn', 'userPassword']);
    expect(new Set(text.match(/^\w+(?=:)/gm))).toEqual(
      new Set(['dn', 'objectClass', 'uid', 'cn', 'mail', 'mailAlternateAddress']),
    );
  });

  test('makes the service account of whoever comes through the Unix socket', async () => {
    const url = `ldapi://${encodeURIComponent(server.ldapi ?? '')}`;
    const options = ['-Q', '-Y', 'EXTERNAL', '-H', url];
    expect(await run('ldapwhoami', options)).toBe(`dn:${server.bindDn}\n`);
    expect(await search(server, options)).toEqual([server.dn('ann')]);
  });

  test('makes the service account of whoever has its certificate', async () => {
    const { cert, key } = server.clientCertificate ?? { cert: '', key: '' };
    const own = ['-o', `TLS_CERT=${cert}`, '-o', `TLS_KEY=${key}`];
    const options = ['-Q', '-Y', 'EXTERNAL', ...reach(server, 'ldaps'), ...own];
    expect(await run('ldapwhoami', options)).toBe(`dn:${server.bindDn}\n`);
  });

  test('lets the administrator take rights away', async () => {
    await server.modify(`dn: olcDatabase={1}mdb,cn=config
changetype: modify
replace: olcAccess
olcAccess: to attrs=userPassword by anonymous auth
`);
    const options = [...reach(server, 'plain'), ...bind(server)];
    await expect(search(server, options)).rejects.toThrow('No such object');
  });
});

describeWith(['root', 'samba', 'slapd'], 'a password without TLS', () => {
  test.each([
    { requireStrongAuth: 'no', verdict: 'is taken' },
    { requireStrongAuth: 'yes', verdict: 'is refused' },
  ] as const)(
    '$verdict by Samba that says $requireStrongAuth to strong authentication',
    async (row) => {
      const server = await startSamba({ requireStrongAuth: row.requireStrongAuth });
      onTestFinished(() => server.remove());
      const result = search(server, [...reach(server, 'plain'), ...bind(server)]);
      const isTaken = await result.then(
        () => 'is taken',
        () => 'is refused',
      );
      expect(isTaken).toBe(row.verdict);
    },
  );
});
