import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type MirroredMail, openMirroredMail } from '../support/mirrormail.ts';
import { describeWith } from '../support/requirement.ts';

const DAY = 86_400_000;

/** People, an alias, groups, and an extension. */
const KNOWN = [
  'bob@example.test',
  'A.Smith@example.test',
  'team@example.test',
  'nested@example.test',
  'ann+news@example.test',
];
const STRANGER = 'nobody@example.test';
const DISABLED = 'cy@example.test';

describeWith(['postfix', 'root', 'slapd'], 'mail for people of a mirrored LDAP directory', () => {
  let mail: MirroredMail;
  beforeAll(async () => {
    mail = await openMirroredMail();
  });
  afterAll(() => mail?.stop());

  const all = (code: number): readonly number[] => KNOWN.map(() => code);

  test('is taken without a question to the directory', async () => {
    await mail.serve();
    expect(await mail.isInStep()).toBe(true);
    expect(await mail.ask(...KNOWN, STRANGER, DISABLED)).toEqual([...all(250), 550, 550]);
    const heard = (): number =>
      mail.proxy.heard.reduce(
        (sum, { chunks }) => sum + chunks.filter((chunk) => chunk.includes('bob@example')).length,
        0,
      );
    const before = heard();
    for (let i = 0; i < 50; i++)
      await mail.ask(...Array.from({ length: 20 }, () => 'bob@example.test'));
    expect(heard()).toBe(before);
    await mail.end();
  });

  test('is taken for days by a daemon that was started in the outage, and no stranger is refused', async () => {
    await mail.server.stop();
    onTestFinished(() => mail.server.start());
    mail.age(3 * DAY);
    await mail.serve();
    expect(await mail.ask(...KNOWN, STRANGER, DISABLED)).toEqual([...all(250), 451, 451]);
    await mail.end();
    await mail.serve({ denyFor: '7d' });
    expect(await mail.ask(...KNOWN, STRANGER)).toEqual([...all(250), 550]);
    await mail.end();
    mail.age(5 * DAY);
    await mail.serve({ denyFor: '7d' });
    expect(await mail.ask(...KNOWN, STRANGER)).toEqual([...all(451), 451]);
    await mail.end();
  });

  test('is answered by the directory again once it is back', async () => {
    await mail.serve({ whenAbsent: 'deny' });
    expect(await mail.isInStep()).toBe(true);
    expect(await mail.ask(...KNOWN, STRANGER, DISABLED)).toEqual([...all(250), 550, 550]);
    expect(mail.postfix.bounces()).toEqual([]);
    await mail.end();
  });
});
