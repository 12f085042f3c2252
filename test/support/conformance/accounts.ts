import { describe, expect, test } from 'vitest';
import { PERSONS } from '../ldap/population.ts';
import { ask, DOUBT, type Examined, personCalled, portraitOf, portray } from './subject.ts';

/** Neither of the crowd, nor the one whose address can stand in no reply. */
const isOrdinary = ({ id }: { readonly id: string }) => id !== 'paren' && !/^u\d{4}$/.test(id);
const ORDINARY = PERSONS.filter(isOrdinary);

/** Registers what holds of accounts and their addresses. */
export function describeAccounts({ subject, directory }: Examined): void {
  const find = (address: string) => ask(directory(), address);
  const addresses = ORDINARY.flatMap((person) => person.mail.map((mail) => ({ mail, person })));
  const aliases = ORDINARY.flatMap((person) => person.aliases.map((alias) => ({ alias, person })));

  describe('accounts', () => {
    test.each(addresses)('finds $mail with all that it is', async ({ mail, person }) => {
      expect((await find(mail)).map(portray)).toEqual([portraitOf(person, subject)]);
    });

    const single = aliases.filter(({ alias }) => alias !== 'shared@example.test');
    test.each(single)('finds the account behind the alias $alias', async ({ alias, person }) => {
      expect((await find(alias)).map(portray)).toEqual([portraitOf(person, subject)]);
    });

    test('shows a disabled account as disabled', async () => {
      expect(await find('cy@example.test')).toMatchObject([{ enabled: false }]);
    });

    test('shows an account as enabled that wrong guesses have locked', async () => {
      expect(await find('lou@example.test')).toMatchObject([{ enabled: true }]);
    });

    test('gives an account an id that it keeps', async () => {
      const [byAddress] = await find('ann@example.test');
      const [byAlias] = await find('a.smith@example.test');
      expect(byAddress?.id).toMatch(subject.id);
      expect(byAlias?.id).toBe(byAddress?.id);
    });

    test('finds what is written in capitals', async () => {
      await subject.addAlias('bob', 'B.Brown@EXAMPLE.test');
      const [found] = await find('b.brown@example.test');
      expect(found).toMatchObject({
        address: 'bob@example.test',
        aliases: ['b.brown@example.test'],
      });
    });

    test.each([
      'nobody@example.test',
      'nomail@example.test',
      'u1601@example.test',
      'ann@example.org',
    ])('knows that %s is nobody’s', async (address) => {
      expect(await find(address)).toEqual([]);
    });

    test('does not let an alias claim somebody’s own address', async () => {
      await subject.addAlias('bob', 'ann@example.test');
      const found = await find('ann@example.test');
      expect(found.map(portray)).toEqual([portraitOf(personCalled('ann'), subject)]);
    });

    test('gives an alias of somebody who left to the successor', async () => {
      await subject.addAlias('cy', 'office@example.test');
      await subject.addAlias('bob', 'office@example.test');
      expect((await find('office@example.test')).map(({ address }) => address)).toEqual([
        'bob@example.test',
      ]);
    });

    test('does not give somebody’s own address to another, though they left', async () => {
      await subject.addAlias('bob', 'cy@example.test');
      expect(await find('cy@example.test')).toMatchObject([
        { address: 'cy@example.test', enabled: false },
      ]);
    });

    test('doubts an alias that two accounts have', async () => {
      await expect(find('shared@example.test')).rejects.toMatchObject(DOUBT);
    });

    test('finds both where aliases may be shared', async () => {
      const sharing = (await subject.openSharing?.()) ?? directory();
      const found = await ask(sharing, 'shared@example.test', { sharedAliases: true });
      expect(found.map(({ address }) => address).toSorted()).toEqual([
        'gina@example.test',
        'hal@example.test',
      ]);
    });
  });

  if (!subject.lacks.includes('accounts without address'))
    describeAddressless({ subject, directory });
  if (!subject.lacks.includes('unusable addresses')) describeUnusable({ subject, directory });
  if (!subject.lacks.includes('shared mailboxes')) describeShared({ subject, directory });
  if (!subject.lacks.includes('unicode addresses')) describeUnicode({ subject, directory });
}

function describeAddressless({ subject, directory }: Examined): void {
  test('doubts an alias of an account that has no address of its own', async () => {
    await subject.addAlias('nomail', 'nothing@example.test');
    await expect(ask(directory(), 'nothing@example.test')).rejects.toMatchObject(DOUBT);
  });
}

function describeUnusable({ directory }: Examined): void {
  test('doubts an address that can stand in no reply', async () => {
    await expect(ask(directory(), 'p(q)@example.test')).rejects.toMatchObject(DOUBT);
  });
}

function describeShared({ directory }: Examined): void {
  test('shows a shared mailbox as enabled, though nobody may log in to it', async () => {
    const found = await ask(directory(), 'dora@example.test');
    expect(found).toMatchObject([{ enabled: true, logins: [] }]);
  });
}

function describeUnicode({ subject, directory }: Examined): void {
  describe('addresses beyond ASCII', () => {
    test('finds by A-labels what is written in U-labels', async () => {
      await subject.addAlias('buch', 'verkauf@bücher.example');
      expect(await ask(directory(), 'verkauf@xn--bcher-kva.example')).toMatchObject([
        { address: 'buch@xn--bcher-kva.example' },
      ]);
    });

    test('finds a local part beyond ASCII', async () => {
      await subject.addAlias('juergen', 'Jürgen.Groß@example.test');
      expect(await ask(directory(), 'jürgen.gross@example.test')).toMatchObject([
        { address: 'juergen@example.test' },
      ]);
    });

    test.each([
      ['Hans.Strauß@example.test', 'hans.strauss@example.test'],
      ['MAX.STRAUẞ@example.test', 'max.strauss@example.test'],
      ['γιώργος.νίκος@example.test', 'γιώργοσ.νίκοσ@example.test'],
      ['ΝΊΚΟΣ@example.test', 'νίκοσ@example.test'],
      ['İnci@example.test', 'i\u0307nci@example.test'],
      ['back.o\ufb03ce@example.test', 'back.office@example.test'],
      ['ju\u0308rgen.apart@example.test', 'jürgen.apart@example.test'],
      ['verkauf@straße.example', 'verkauf@xn--strae-oqa.example'],
    ])('finds %s by what Postfix makes of it', async (stored, asked) => {
      await subject.addAlias('juergen', stored);
      expect(await ask(directory(), asked)).toMatchObject([{ address: 'juergen@example.test' }]);
    });

    test.each(['jess.bassett@example.test', 'kate.smith@example.test', 'νίκη@example.test'])(
      'refuses %s, who is nobody',
      async (address) => {
        expect(await ask(directory(), address)).toEqual([]);
      },
    );

    test('denies nobody who has more spellings than can be asked for', async () => {
      const address = `${'s'.repeat(30)}@example.test`;
      const asked = await ask(directory(), address).catch((error: unknown) => error);
      expect(asked).toMatchObject(subject.lacks.includes('remote store') ? [] : DOUBT);
      await subject.addAlias('juergen', address);
      expect(await ask(directory(), address)).toMatchObject([{ address: 'juergen@example.test' }]);
    });

    test.each(['jurgen@example.test', 'jürgen.gros@example.test'])(
      'does not take %s for a name that looks like it',
      async (address) => {
        await subject.addAlias('juergen', 'Jürgen.Groß@example.test');
        await subject.addAlias('juergen', 'jürgen@example.test');
        expect(await ask(directory(), address)).toEqual([]);
      },
    );
  });
}
