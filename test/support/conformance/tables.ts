import { describe, expect, test } from 'vitest';
import { MAIL_DOMAINS } from '../ldap/population.ts';
import { plain } from '../plain.ts';
import { DOUBT, type Examined } from './subject.ts';

/** Registers what holds of tables, of domains that are listed, and of the proof. */
export function describeTables(examined: Examined): void {
  const { subject, directory } = examined;
  const { signal } = new AbortController();

  describe('beside addresses', () => {
    test('proves itself', async () => {
      await expect(directory().probe(signal)).resolves.toBeUndefined();
    });
  });

  if (!subject.lacks.includes('domains')) describeDomains(examined);
  if (!subject.lacks.includes('tables')) describeKeysOfTables(examined);
}

function describeDomains({ directory }: Examined): void {
  describe('domains', () => {
    test('are listed', async () => {
      const listed = await plain(directory()).domains?.(new AbortController().signal);
      expect(listed?.toSorted()).toEqual(MAIL_DOMAINS);
    });
  });
}

function describeKeysOfTables({ directory }: Examined): void {
  const { signal } = new AbortController();
  const logins = (key: string) => plain(directory()).table?.({ table: 'logins' })(key, signal);

  describe('tables', () => {
    test('give a key’s value', async () => {
      expect(await logins('ann@example.test')).toEqual(['ann']);
    });

    test.each(['nobody@example.test', '*', '*)(mail=*', '<>', '192.0.2.7', 'a'.repeat(300)])(
      'have nothing for the key %j',
      async (key) => {
        expect(await logins(key)).toEqual([]);
      },
    );

    test('are doubted where there is none of the name', async () => {
      const asking = async () => plain(directory()).table?.({ table: 'login' })('ann', signal);
      await expect(asking()).rejects.toMatchObject(DOUBT);
    });
  });
}
