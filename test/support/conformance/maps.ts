import { describe, expect, test } from 'vitest';
import type { Directory } from '../../../src/directory/directory.ts';
import { startInstance } from '../instance.ts';
import { type Examined, personCalled, portraitOf } from './subject.ts';

const CONFIG = `
deadline: 20s
domains:
  example.test: { directory: staff }
  bücher.example: { directory: staff }
directories: { staff: { type: file, path: people.yaml } }
`;

/** What Postfix asks, and the reply: as `lookup` prints it. */
const REPLIES: readonly (readonly [map: string, key: string, reply: string])[] = [
  ['user-exists', 'ann@example.test', 'OK ann@example.test'],
  ['user-exists', 'ANN@Example.TEST', 'OK ann@example.test'],
  ['user-exists', 'ann+news@example.test', 'OK ann@example.test'],
  ['user-exists', 'a+b@example.test', 'OK a+b@example.test'],
  ['user-exists', "o'hara@example.test", "OK o'hara@example.test"],
  ['user-exists', 'x*y@example.test', 'OK x*y@example.test'],
  ['user-exists', 'buch@bücher.example', 'OK buch@xn--bcher-kva.example'],
  ['user-exists', 'dora@example.test', 'OK dora@example.test'],
  ['user-exists', 'lou@example.test', 'OK lou@example.test'],
  ['user-exists', 'cy@example.test', 'NOTFOUND'],
  ['user-exists', 'a.smith@example.test', 'NOTFOUND'],
  ['user-exists', 'team@example.test', 'NOTFOUND'],
  ['user-exists', 'nobody@example.test', 'NOTFOUND'],
  ['virtual-aliases', 'a.smith@example.test', 'OK ann@example.test'],
  ['virtual-aliases', 'a.smith+news@example.test', 'OK ann+news@example.test'],
  ['virtual-aliases', 'info@bücher.example', 'OK buch@xn--bcher-kva.example'],
  ['virtual-aliases', 'team@example.test', 'OK ann@example.test,bob@example.test'],
  ['virtual-aliases', 'ann@example.test', 'NOTFOUND'],
  ['virtual-aliases', 'c.closed@example.test', 'NOTFOUND'],
  ['sender-logins', 'team@example.test', 'OK no-login.invalid'],
  ['sender-logins', 'nobody@example.test', 'NOTFOUND'],
  ['relay-recipients', 'ann@example.test', 'OK ann@example.test'],
  ['relay-recipients', 'team@example.test', 'OK team@example.test'],
  ['relay-recipients', 'cy@example.test', 'NOTFOUND'],
  ['relay-recipients', 'nobody@example.test', 'NOTFOUND'],
  ['relay-recipients', '*)(mail=*@example.test', 'NOTFOUND'],
  ['relay-recipients', '*@example.test', 'NOTFOUND'],
  ['relay-recipients', 'ann\0@example.test', 'NOTFOUND'],
  ['relay-recipients', 'ann\n@example.test', 'NOTFOUND'],
  ['relay-recipients', `${'a'.repeat(400)}@example.test`, 'NOTFOUND'],
];

const OF_EMPTY: (typeof REPLIES)[number] = ['virtual-aliases', 'empty@example.test', 'NOTFOUND'];

const OF_SHARED: (typeof REPLIES)[number] = [
  'sender-logins',
  'dora@example.test',
  'OK no-login.invalid',
];

/** Registers what maps answer over the wire. */
export function describeMaps({ subject, directory }: Examined): void {
  const start = async () => {
    const instance = await startInstance({
      config: CONFIG,
      directories: { staff: lasting(directory()) },
    });
    return instance.ask;
  };

  describe('maps', () => {
    const replies = [
      ...REPLIES,
      ...(subject.lacks.includes('shared mailboxes') ? [] : [OF_SHARED]),
      ...(subject.lacks.includes('empty groups') ? [] : [OF_EMPTY]),
    ];

    test.each(replies)('%s of %j is %s', async (map, key, reply) => {
      const askMap = await start();
      const answer = await askMap(map, key);
      expect(sorted(answer)).toBe(reply);
    });

    test('sender-logins of an account are its logins', async () => {
      const askMap = await start();
      const { logins } = portraitOf(personCalled('ann'), subject);
      const answer = await askMap('sender-logins', 'a.smith@example.test');
      expect(sorted(answer)).toBe(`OK ${logins.join(',')}`);
    });

    test('an alias that two accounts have is deferred', async () => {
      const askMap = await start();
      expect(await askMap('virtual-aliases', 'shared@example.test')).toMatch(/^TEMP .*entry/);
    });
  });
}

/** The same reply with its values in order: directories have none. */
const sorted = (reply: string): string =>
  reply.replace(/(?<=^OK ).*$/, (data) => data.split(',').toSorted().join(','));

/** Outlives the instances that have it. */
const lasting = (directory: Directory): Directory => ({ ...directory, close: async () => {} });
