import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASE, inetDn } from '../support/ldap/inet-entries.ts';
import { formatLdif } from '../support/ldap/ldif.ts';
import { run } from '../support/ldap/run.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { type MirroredMail, openMirroredMail } from '../support/mirror/mail.ts';
import { type MirroredLdap, startMirroredSlapd } from '../support/mirror/mirrored.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';

const DAY = 86_400_000;
const GRACE = 15 * 60_000;

const PEOPLE = 30_000;
const DELETED = 4000;

const nameOf = (i: number): string => `p${String(i).padStart(5, '0')}`;
const addressOf = (i: number): string => `${nameOf(i)}@example.test`;

/** Some of those from `first` on, to before `end`. */
const someOf = (first: number, end: number): readonly string[] =>
  [0, 0.25, 0.5, 0.75, 0.9].map((share) => addressOf(first + Math.floor(share * (end - first))));

const GOING = someOf(0, DELETED);
const STAYING = someOf(DELETED, PEOPLE);
const LEAVER = PEOPLE - 1;

const verdicts = (code: number, recipients: readonly string[]): readonly number[] =>
  recipients.map(() => code);

/** Fills the server while it does not run: through LDAP it would take a minute. */
async function employAll(server: LdapServer): Promise<void> {
  await server.stop();
  const entries = Array.from({ length: PEOPLE }, (_, i) => ({
    dn: inetDn(nameOf(i)),
    attributes: {
      objectClass: ['inetOrgPerson', 'mailRecipient'],
      uid: nameOf(i),
      cn: nameOf(i),
      sn: nameOf(i),
      mail: addressOf(i),
    },
  }));
  const config = join(dirname(server.ldapi ?? ''), 'slapd.d');
  await run('/usr/sbin/slapadd', ['-q', '-b', BASE, '-F', config], formatLdif(entries));
  await server.start();
}

const remove = (server: LdapServer, indices: readonly number[]): Promise<void> =>
  server.modify(indices.map((i) => `dn: ${inetDn(nameOf(i))}\nchangetype: delete\n`).join('\n'));

describeWith(
  ['postfix', 'root', 'slapd'],
  'mail for people who vanish from a mirrored directory',
  () => {
    let mail: MirroredMail<MirroredLdap>;

    /** Whether mail for all of them has this verdict, sooner or later. */
    const becomes = (code: number, ...recipients: readonly string[]): Promise<boolean> =>
      until(async () => (await mail.ask(...recipients)).every((each) => each === code), 20_000);

    beforeAll(async () => {
      mail = await openMirroredMail(startMirroredSlapd);
      await employAll(mail.provider.server);
      await mail.serve();
    });
    afterAll(() => mail?.stop());

    test('is never refused while 4 000 of 30 000 are deleted, nor a day and a restart later', async () => {
      expect(await mail.isInStep()).toBe(true);
      expect(await mail.ask(...GOING, ...STAYING)).toEqual(verdicts(250, [...GOING, ...STAYING]));
      const codes = new Set<number>();
      const everyone = Array.from({ length: DELETED }, (_, i) => i);
      const deleted = remove(mail.provider.server, everyone).then(() => true);
      do for (const code of await mail.ask(...GOING)) codes.add(code);
      while (!(await Promise.race([deleted, Promise.resolve(false)])));
      expect(await mail.says(/they are held and go on receiving/)).toBe(true);
      expect([...codes].filter((code) => code !== 250 && code !== 451)).toEqual([]);
      expect(await becomes(250, ...GOING)).toBe(true);
      await mail.end();
      mail.age(DAY);
      await mail.serve();
      expect(await mail.isInStep()).toBe(true);
      expect(await mail.ask(...GOING, ...STAYING)).toEqual(verdicts(250, [...GOING, ...STAYING]));
    });

    test('is refused once somebody has accepted that they are gone', async () => {
      const { code, stdout } = await mail.command('accept', 'staff');
      expect([code, stdout]).toEqual([0, expect.stringMatching(/4000 people vanished/)]);
      expect(await becomes(550, ...GOING)).toBe(true);
      expect(await mail.ask(...STAYING)).toEqual(verdicts(250, STAYING));
    });

    test('is deferred for a quarter of an hour, and then refused, for one who leaves', async () => {
      await remove(mail.provider.server, [LEAVER]);
      const leaver = addressOf(LEAVER);
      expect(await becomes(451, leaver)).toBe(true);
      await mail.end();
      mail.age(GRACE);
      await mail.serve();
      expect(await becomes(550, leaver)).toBe(true);
      expect(await mail.ask(...STAYING)).toEqual(verdicts(250, STAYING));
      expect(mail.postfix.bounces()).toEqual([]);
    });
  },
);
