import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startDs389 } from '../support/ldap/ds389.ts';
import {
  healed,
  load,
  openFor,
  PATIENT,
  settingsOf,
  urlOf,
  verdict,
} from '../support/ldap/faults.ts';
import { mailOf } from '../support/ldap/mail.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';
import { until } from '../support/until.ts';

/** Attributes that the service account may not read any more, as LDIF that does it and LDIF that takes it back. */
interface Withdrawal {
  readonly begin: string;
  readonly end: string;
}

/** Rules count in their order, and the first one is for passwords. */
const ofSlapd =
  (left: string) =>
  ({ bindDn }: LdapServer, attributes: string): Withdrawal => {
    const to = attributes === '*' ? '*' : `attrs=${attributes}`;
    const change = (what: string) =>
      `dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\n${what}\n`;
    return {
      begin: change(
        `add: olcAccess\nolcAccess: {1}to ${to} by dn.exact="${bindDn}" ${left} by * none`,
      ),
      end: change('delete: olcAccess\nolcAccess: {1}'),
    };
  };

const ofDs389 =
  (rights: string) =>
  ({ bindDn, base }: LdapServer, attributes: string): Withdrawal => {
    const aci = `aci: (targetattr="${attributes}")(version 3.0; acl "withdrawn"; deny (${rights}) userdn="ldap:///${bindDn}";)`;
    const change = (verb: string) => `dn: ${base}\nchangetype: modify\n${verb}: aci\n${aci}\n`;
    return { begin: change('add'), end: change('delete') };
  };

const SERVERS: readonly {
  readonly title: string;
  readonly needs: readonly Requirement[];
  readonly start: () => Promise<LdapServer>;
  readonly all: (server: LdapServer, attributes: string) => Withdrawal;
  /** Entries can still be found by the attributes. */
  readonly reading: (server: LdapServer, attributes: string) => Withdrawal;
}[] = [
  {
    title: 'rights withdrawn by slapd',
    needs: ['slapd'],
    start: () => startSlapd(),
    all: ofSlapd('none'),
    reading: ofSlapd('search'),
  },
  {
    title: 'rights withdrawn by 389-DS',
    needs: ['ds389'],
    start: startDs389,
    all: ofDs389('all'),
    reading: ofDs389('read'),
  },
];

for (const { title, needs, start, all, reading } of SERVERS) {
  describeWith(needs, title, () => {
    let server: LdapServer;

    beforeAll(async () => {
      server = await start();
    });

    afterAll(() => server?.remove());

    const open = () => openFor(settingsOf(server, [urlOf(server)], PATIENT));

    /** Changes the rules; they are as before at the end of the test. */
    async function withdraw({ begin, end }: Withdrawal): Promise<() => Promise<void>> {
      await server.modify(begin);
      let isOver = false;
      const restore = async () => {
        if (!isOver) await server.modify(end);
        isOver = true;
      };
      onTestFinished(restore);
      return restore;
    }

    const ATTRIBUTES = [
      ['all attributes', '*'],
      ['mail', 'mail'],
      ['the aliases', 'mailAlternateAddress'],
      ['objectClass', 'objectClass'],
    ] as const;

    test.each(ATTRIBUTES)('from %s under load make nobody absent', async (_, attributes) => {
      const directory = open();
      expect(await healed(directory)).toBe(true);
      const questions = load(directory);
      const restore = await withdraw(all(server, attributes));
      await questions.doubted;
      await restore();
      const isHealed = await healed(directory);
      await questions.stop();
      expect(questions.wrong).toEqual([]);
      expect(isHealed).toBe(true);
    });

    test('from the aliases make nobody absent where no alias was asked for before', async () => {
      const directory = open();
      expect(await verdict(directory, 'bob@example.test')).toBe('found');
      await withdraw(all(server, 'mailAlternateAddress'));
      expect(await verdict(directory, 'a.smith@example.test')).toMatch(/mailAlternateAddress/);
    });

    test('from the aliases make nobody absent where they were gone before anybody was seen', async () => {
      const restore = await withdraw(all(server, 'mailAlternateAddress'));
      const directory = open();
      const hidden = /lets bind\.dn see no mailAlternateAddress of any (?:account|group)/;
      expect(await verdict(directory, 'a.smith@example.test')).toMatch(hidden);
      expect(await verdict(directory, 'nobody@example.test')).toMatch(hidden);
      expect(await verdict(directory, 'bob@example.test')).toBe('found');
      await restore();
      const isFound = async () => (await verdict(directory, 'a.smith@example.test')) === 'found';
      expect(await until(isFound, 20_000)).toBe(true);
      expect(await verdict(directory, 'nobody@example.test')).toBe('none');
    });

    test('from the aliases leave those found who are found, until it is accepted', async () => {
      const directory = open();
      expect(await verdict(directory, 'a.smith@example.test')).toBe('found');
      await withdraw(all(server, 'mailAlternateAddress'));
      expect(await verdict(directory, 'nobody@example.test')).toMatch(/idpmap accept/);
      expect(await verdict(directory, 'bob@example.test')).toBe('found');
      expect(await verdict(open(), 'bob@example.test')).toBe('found');
      const taken = directory.accept?.();
      expect(taken).toMatch(/mailAlternateAddress of any account/);
      expect(directory.figures?.['held']).toBe(0);
      // What was not told yet is not accepted unseen; a proof beside may have told that of groups meanwhile.
      if (!taken?.includes('mailAlternateAddress of any group')) {
        expect(await verdict(directory, 'nobody@example.test')).toMatch(/any group.*idpmap accept/);
        expect(directory.accept?.()).toMatch(/mailAlternateAddress of any group/);
      }
      expect(await verdict(directory, 'nobody@example.test')).toBe('none');
    });

    test.each([
      ['mail', 'ann@example.test'],
      ['mailAlternateAddress', 'a.smith@example.test'],
    ])('to read %s, not to search for it, make nobody absent', async (attribute, address) => {
      const directory = open();
      expect(await verdict(directory, address)).toBe('found');
      await withdraw(reading(server, attribute));
      const fault = new RegExp(`give bind.dn the right to read .*${attribute}`);
      // 389-DS may answer by its old rules for a moment.
      expect(await until(async () => fault.test(await verdict(directory, address)), 20_000)).toBe(
        true,
      );
    });

    test.each([
      ['mail', 'ann@example.test'],
      ['mailAlternateAddress', 'a.smith@example.test'],
    ])('to read %s before the start make nobody absent', async (attribute, address) => {
      await withdraw(reading(server, attribute));
      expect(await verdict(open(), address)).toMatch(
        new RegExp(`give bind.dn the right to read .*${attribute}`),
      );
    });

    test('say what to mend, and count again as soon as they are given back', async () => {
      const directory = open();
      const restore = await withdraw(all(server, 'mail'));
      expect(await verdict(directory, 'ann@example.test')).toMatch(
        /shows no (account|group) with mail below ou=.*: check .*that bind.dn may search and read mail/,
      );
      await restore();
      expect(await healed(directory)).toBe(true);
    });
  });
}

describeWith(['ds389'], 'a member that 389-DS hides', () => {
  let server: LdapServer;

  beforeAll(async () => {
    server = await startDs389();
  });

  afterAll(() => server?.remove());

  test('is told as one that is gone: it is left out, or defers the mail where all of those do', async () => {
    const aci = `aci: (targetattr="*")(version 3.0; acl "hidden"; deny (all) userdn="ldap:///${server.bindDn}";)`;
    const dn = server.dn('cy');
    await server.modify(`dn: ${dn}\nchangetype: modify\nadd: aci\n${aci}\n`);
    const settings = settingsOf(server, [urlOf(server)], PATIENT);
    const open = (unreadableMembers: 'deferUnreadable' | 'defer') =>
      openFor({ ...settings, groups: { ...settings.groups, unreadableMembers } });
    const usual = open('deferUnreadable');
    expect(await mailOf(usual, 'team@example.test')).toBe('ann@example.test,bob@example.test');
    const found = await usual.find('team@example.test', { signal: AbortSignal.timeout(20_000) });
    expect(JSON.stringify(found)).toContain('is not there, or bind.dn may not know of it');
    expect(await mailOf(open('defer'), 'team@example.test')).toMatch(/would get no mail/);
  });
});
