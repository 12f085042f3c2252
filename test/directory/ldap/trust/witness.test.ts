import { describe, expect, test } from 'vitest';
import { preciseClock } from '../../../../src/clock.ts';
import { createPeopleTrust } from '../../../../src/directory/ldap/trust/peopletrust.ts';
import { createRecall } from '../../../../src/directory/ldap/trust/recall.ts';
import { createSchemas } from '../../../../src/directory/ldap/trust/schema.ts';
import { createSelf } from '../../../../src/directory/ldap/trust/self.ts';
import { createWitnesses } from '../../../../src/directory/ldap/trust/witness.ts';
import { createKept } from '../../../../src/directory/trust/kept.ts';
import { accountsBy, openStaff, type Person } from '../staff.ts';

const never = new AbortController().signal;
const ANN = { mail: 'ann@x.org', aka: 'a@x.org' };
const BOB = { mail: 'bob@x.org', aka: 'b@x.org' };

/** People with `mail`, and with `aka` for aliases. */
async function open(people: readonly Person[], isAccountNeeded = true, aliasPrefix = '') {
  const staff = await openStaff(people);
  const branch = accountsBy('mail', 'aka', aliasPrefix);
  const self = createSelf({ anonymous: true }, 'dc=x');
  const recall = createRecall(createKept());
  const witnesses = createWitnesses({ self, recall, missing: () => {}, now: () => 0 });
  const trust = createPeopleTrust({
    accounts: branch,
    witnesses,
    self,
    isAccountNeeded,
    schemas: createSchemas(preciseClock),
    referrals: 'refuse',
  });
  const check = () => trust.proof(staff.connection, never);
  return { staff, branch, witnesses, trust, check };
}

describe('witnesses', () => {
  test('are content where people are seen', async () => {
    const { check } = await open([ANN]);
    await expect(check()).resolves.toBeDefined();
  });

  test('miss accounts where none is seen from the start', async () => {
    const { check } = await open([]);
    await expect(check()).rejects.toThrow('shows no account with mail below dc=x');
  });

  test('miss nobody where no account has to be seen', async () => {
    const { check } = await open([], false);
    await expect(check()).resolves.toBeDefined();
  });

  test.each(['mail', 'aka'])('miss %s when nobody shows it any more', async (attribute) => {
    const { staff, check } = await open([ANN, BOB]);
    await check();
    staff.hidden.add(attribute);
    await expect(check()).rejects.toThrow(`may search and read ${attribute}`);
    staff.hidden.clear();
    await expect(check()).resolves.toBeDefined();
  });

  test.each(['mail', 'aka'])('miss %s that can be searched and not read', async (attribute) => {
    const { staff, check } = await open([ANN]);
    staff.unread.add(attribute);
    await expect(check()).rejects.toThrow(`may search and read ${attribute}`);
    await expect(check()).rejects.toThrow(`may search and read ${attribute}`);
    staff.unread.clear();
    await expect(check()).resolves.toBeDefined();
  });

  test('find others in the place of somebody who left', async () => {
    const { staff, check } = await open([ANN, BOB]);
    await check();
    staff.people.delete('uid=1');
    await expect(check()).resolves.toBeDefined();
    staff.people.delete('uid=0');
    await expect(check()).rejects.toThrow('idpmap accept');
  });

  test('miss nobody whose removal was accepted', async () => {
    const { staff, witnesses, check } = await open([ANN, { mail: 'bob@x.org' }]);
    await check();
    staff.people.delete('uid=0');
    await expect(check()).rejects.toThrow('with aka');
    expect(witnesses.forgetMissed()).toBe('nobody has aka of any account any more: taken as it is');
    await expect(check()).resolves.toBeDefined();
    expect(witnesses.forgetMissed()).toBeUndefined();
  });

  test('learn of who was found', async () => {
    const { branch, trust, check } = await open([{ mail: 'bob@x.org' }]);
    await check();
    const attributes = new Map([['aka', [Buffer.from('a@x.org')]]]);
    trust.learn(branch, { dn: 'uid=7', attributes });
    await expect(check()).rejects.toThrow('shows no account with aka');
  });

  test('look round once only where nobody has an attribute', async () => {
    const { staff, check } = await open([{ mail: 'bob@x.org' }]);
    await check();
    const before = staff.asked.length;
    await check();
    expect(staff.asked.slice(before).map(({ text }) => text.includes('bob@x.org'))).toEqual([true]);
  });

  test('do not take other values of an attribute for addresses', async () => {
    const { staff, check } = await open(
      [{ mail: 'bob@x.org', aka: 'SIP:bob@x.org' }],
      true,
      'smtp:',
    );
    await check();
    staff.hidden.add('aka');
    await expect(check()).resolves.toBeDefined();
  });

  test('miss addresses though other values of the attribute are there', async () => {
    const people = [
      { mail: 'ann@x.org', aka: 'smtp:a@x.org' },
      { mail: 'bob@x.org', aka: 'SIP:b@x.org' },
    ];
    const { staff, check } = await open(people, true, 'smtp:');
    await check();
    staff.people.delete('uid=0');
    await expect(check()).rejects.toThrow('shows no account with aka');
  });

  test('believe no search that failed', async () => {
    const { staff, check } = await open([ANN]);
    await check();
    staff.code = 51;
    await expect(check()).rejects.toThrow('it is busy');
  });
});
