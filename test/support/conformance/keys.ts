import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../../src/address/address.ts';
import { hasDoubledSign } from '../../../src/address/rare.ts';
import { plain } from '../plain.ts';
import { ask, DOUBT, type Examined } from './subject.ts';

/** Local parts that mean something to somebody's query language. */
const HOSTILE: readonly string[] = [
  '*',
  'a*',
  '*)(mail=*',
  ')(|(mail=*',
  'ann)(objectclass=*',
  '\\2a',
  'ann\\00',
  '\\',
  '%',
  '%s',
  '_nn',
  "' or '1'='1",
  "';drop table people;--",
  'ann,dc=example',
  'cn=ann+uid=ann',
  '../ann',
  '{"$ne":1}',
  'ann?exact=false&x',
  ' ann',
  'a  nn',
];

const BEYOND_16_BITS = /[\u{10000}-\u{10ffff}]/u;
const SPECIAL = Array.from('*()\\&|!=<>~%_\'";,+#/?{}$. aZ0é𐍈');

const DOUBTED: unknown = expect.objectContaining(DOUBT);

/** Registers what holds of keys that nobody means well with. */
export function describeKeys({ subject, directory }: Examined): void {
  /** Whoever is asked from afar is not asked for a sign of music that is made of others, nor denied then. */
  const isDoubled = (local: string): boolean =>
    hasDoubledSign(local) && !subject.lacks.includes('remote store');
  const isNarrow = subject.lacks.includes('letters beyond 16 bits');
  describe('keys', () => {
    test.each(HOSTILE)('finds nobody as %s', async (local) => {
      const found = await ask(directory(), `${local}@example.test`).catch(
        (error: unknown) => error,
      );
      expect(isDoubled(local) ? [[], DOUBTED] : [[]]).toContainEqual(found);
    });

    test('finds nobody under a key of 300 bytes', async () => {
      expect(await ask(directory(), `${'a'.repeat(287)}@example.test`)).toEqual([]);
    });

    test('finds nobody by any local part of special characters, quoted or not', async () => {
      const bare = fc.string({ unit: fc.constantFrom(...SPECIAL), minLength: 1, maxLength: 40 });
      const quoted = bare.map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`);
      const local = fc.oneof(bare, quoted);
      const address = local
        .map((text) => parseAddress(`${text}@example.test`)?.text ?? '')
        .filter((text) => text !== '' && text !== 'a@example.test');
      await fc.assert(
        fc.asyncProperty(address, async (text) => {
          const found = await ask(directory(), text).catch((error: unknown) => error);
          // Whether somebody has it can't be asked where no column can hold it; then it is a doubt about this key alone.
          if (isDoubled(text) || (isNarrow && BEYOND_16_BITS.test(text))) {
            expect([[], DOUBTED]).toContainEqual(found);
          } else expect(found).toEqual([]);
        }),
        { numRuns: 200 },
      );
    });

    test('answers a hundred questions at once, each as it is meant', async () => {
      const keys = Array.from({ length: 100 }, (_, i) => `u${String(i + 1).padStart(4, '0')}`);
      const all = keys.flatMap((key) => [`${key}@example.test`, `${key}x@example.test`]);
      const found = await Promise.all(all.map((key) => ask(directory(), key)));
      expect(found.map(([first]) => first?.address)).toEqual(
        all.map((key) => (key.includes('x@') ? undefined : key)),
      );
    });
  });

  if (!subject.lacks.includes('remote store')) describeWaiting(directory);
}

function describeWaiting(directory: Examined['directory']): void {
  test('gives up when the asker does', async () => {
    const gone = new AbortController();
    gone.abort();
    const asking = plain(directory()).find('nobody@example.test', gone.signal);
    await expect(asking).rejects.toBeInstanceOf(Error);
  });
}
