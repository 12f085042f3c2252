import { describe, expect, onTestFinished, test } from 'vitest';
import { Fault } from '../../../src/directory/directory.ts';
import { ask } from '../conformance/subject.ts';
import { plain } from '../plain.ts';
import { type LdapSection, ldapSection, openLdapForTest, type Way } from './directory.ts';
import type { LdapServer, LdapServerFacts } from './server.ts';
import { DIALECTS } from './subject.ts';

/** Registers what an administrator may set otherwise, against a server that is there when tests run. */
export function describeLdapSettings(
  name: LdapServerFacts['name'],
  server: () => LdapServer,
  way: Way,
): void {
  const open = (changes: LdapSection) => openLdapForTest(ldapSection(server(), way, changes));
  const { loginAttribute } = DIALECTS[name];

  const find = async (address: string, changes: LdapSection) => ask(await open(changes), address);

  const failureOf = async (address: string, changes: LdapSection): Promise<string> => {
    const failure: unknown = await find(address, changes).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Fault);
    return String(failure);
  };

  describe('where people lie', () => {
    test('finds accounts and groups below one base', async () => {
      const directory = await open({
        accounts: { base: server().base },
        groups: { base: server().base },
      });
      expect(await ask(directory, 'ann@example.test')).toHaveLength(1);
      expect(await ask(directory, 'nested@example.test')).toMatchObject([{ kind: 'group' }]);
      expect(await ask(directory, 'nobody@example.test')).toEqual([]);
    });

    test('finds nobody further down where the scope is one', async () => {
      const accounts = { base: server().base, scope: 'one' };
      expect(await find('ann@example.test', { accounts, proof: 'base' })).toEqual([]);
      expect(await find('ann@example.test', { accounts: { scope: 'one' } })).toHaveLength(1);
    });

    test('finds people below the base of their domain', async () => {
      await addBelowDomain(server());
      const accounts = { base: `ou=%d,ou=domains,${server().base}` };
      const directory = await open({ accounts });
      expect(await ask(directory, 'dee@example.test')).toHaveLength(1);
      expect(await ask(directory, 'ann@example.test')).toEqual([]);
      expect(await ask(directory, 'dee@elsewhere.test')).toEqual([]);
    });

    test('says so where the base is not there', async () => {
      const base = `ou=gone,${server().base}`;
      expect(await failureOf('nobody@example.test', { accounts: { base } })).toContain(base);
    });
  });

  describe('what is asked for', () => {
    test.each(['(mail=%s)', '(mail=%u@%d)', '(&(cn=*)(|(mail=%s)(mail=%u@%d)))'])(
      'finds accounts by the filter %s',
      async (filter) => {
        const directory = await open({ accounts: { filter } });
        expect(await ask(directory, 'ann@example.test')).toHaveLength(1);
        expect(await ask(directory, 'x*y@example.test')).toHaveLength(1);
        expect(await ask(directory, '*@example.test')).toEqual([]);
      },
    );

    test('finds accounts by a login and a fixed domain', async () => {
      const address = [`{${loginAttribute}}@example.test`];
      const directory = await open({ accounts: { address, aliases: ['mail'] } });
      const ohara = [{ address: 'ohara@example.test', aliases: ["o'hara@example.test"] }];
      expect(await ask(directory, 'ohara@example.test')).toMatchObject(ohara);
      expect(await ask(directory, "o'hara@example.test")).toMatchObject(ohara);
      expect(await ask(directory, 'ohara@xn--bcher-kva.example')).toEqual([]);
      expect(await ask(directory, '*@example.test')).toEqual([]);
    });

    test('leaves groups alone where they have no address', async () => {
      expect(await find('team@example.test', { groups: { address: [], aliases: [] } })).toEqual([]);
    });

    test('reads members one by one', async () => {
      const [found] = await find('nested@example.test', { groups: { membersBy: 'read' } });
      expect(found?.members).toHaveLength(3);
    });
  });

  describe('the proof', () => {
    test('knows who is nobody while the canary lives', async () => {
      expect(await find('nobody@example.test', { canary: 'a.smith@example.test' })).toEqual([]);
    });

    test('believes nobody absent where the canary is not found', async () => {
      const failure = await failureOf('nobody@example.test', { canary: 'dead@example.test' });
      expect(failure).toContain('canary dead@example.test');
    });

    test('believes nobody absent where no account is seen', async () => {
      const accounts = { filter: '(objectClass=applicationProcess)' };
      expect(await failureOf('ann@example.test', { accounts })).toContain('accounts.filter');
    });

    test('believes nobody absent without a login', async () => {
      await failureOf('nobody@example.test', { bind: { anonymous: true } });
    });

    test('asks on a new connection as on an old one', async () => {
      const directory = await open({});
      const { signal } = new AbortController();
      expect(await plain(directory).findAnew('nobody@example.test', signal)).toEqual([]);
      expect(await plain(directory).findAnew('ann@example.test', signal)).toHaveLength(1);
    });

    test('says which attribute the schema lacks', async () => {
      const failure = await failureOf('nobody@example.test', {
        accounts: { aliases: ['mailAka'] },
      });
      expect(failure).toMatch(/mailAka.*accounts\.aliases/);
    });

    test('says that the password is wrong', async () => {
      const bind = { dn: server().bindDn, password: 'guessed' };
      expect(await failureOf('nobody@example.test', { bind })).toMatch(
        /refuses .*password is wrong/,
      );
    });
  });

  describe('what an administrator is told', () => {
    const remarks = async (changes: LdapSection) =>
      (await open(changes)).inspect?.(new AbortController().signal);

    test('takes a server that shows people', async () => {
      // Of the groups that are looked at, one may have a member who is gone.
      const [first, ...others] = (await remarks({})) ?? [];
      expect(first).toMatchObject({ level: 'ok' });
      // … and a busy server has no time to look for addresses that are written with a name.
      for (const { text } of others)
        expect(text).toMatch(
          /departed.* is not there|could not look for addresses that are written/,
        );
    });

    test('names a server that does not', async () => {
      const bind = { dn: server().bindDn, password: 'guessed' };
      expect(await remarks({ bind })).toMatchObject([
        { level: 'failed', text: expect.stringContaining(server().host) },
      ]);
    });
  });
}

/** Adds somebody whose entry lies below that of the mail domain, until the test ends. */
async function addBelowDomain(server: LdapServer): Promise<void> {
  const dn = `cn=dee,ou=example.test,ou=domains,${server.base}`;
  const isActiveDirectory = server.name === 'active-directory';
  const form = isActiveDirectory
    ? 'objectClass: user\nsAMAccountName: dee'
    : 'objectClass: inetOrgPerson\nsn: dee\nuid: dee';
  await server.modify(`dn: ${dn}\nchangetype: add\n${form}\ncn: dee\nmail: dee@example.test\n`);
  onTestFinished(() => server.modify(`dn: ${dn}\nchangetype: delete\n`));
}
