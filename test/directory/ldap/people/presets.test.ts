import { expect, test } from 'vitest';
import { parseAddress } from '../../../../src/address/address.ts';
import {
  accountBranch,
  commonBase,
  groupBranch,
} from '../../../../src/directory/ldap/people/branch.ts';
import { PRESETS } from '../../../../src/directory/ldap/people/presets.ts';
import { parseSource } from '../../../../src/directory/ldap/people/sources.ts';
import { idOf } from '../../../../src/directory/ldap/people/values.ts';
import type { PresetName } from '../../../../src/directory/ldap/settings.ts';
import { settingsWith } from '../branchfixture.ts';
import { entry } from '../tablefixture.ts';

const NAMES: readonly PresetName[] = [
  'openldap',
  '389ds',
  'active-directory',
  'freeipa',
  'lldap',
  'authentik',
  'glauth',
];

test('are all known here', () => {
  expect(Object.keys(PRESETS)).toEqual(NAMES);
});

test.each(NAMES)('%s can be read', (preset) => {
  const settings = settingsWith({ preset });
  expect(accountBranch(settings).attributes).toContain('mail');
  expect(() => groupBranch(settings)).not.toThrow();
});

test.each(NAMES)('%s is not disabled by a temporary lockout', (preset) => {
  const disabled = PRESETS[preset].accounts.disabled.join();
  expect(disabled).not.toMatch(/lockoutTime|UnlockTime|badPwd|pwdFailure|LockedTime=2/i);
});

test('a field that is configured takes the place of the preset’s', () => {
  const branch = accountBranch(settingsWith({ accounts: { logins: ['cn'], disabled: [] } }));
  expect(branch.logins).toEqual(['cn']);
  expect(branch.disabled).toEqual([]);
  expect(branch.address.map(({ attribute }) => attribute)).toEqual(['mail']);
});

test.each([
  ['dc=test', 'dc=test'],
  ['ou=%d,dc=test', 'dc=test'],
  ['ou=%u, ou=%d, dc=test', 'dc=test'],
  ['ou=%d', ''],
])('the common part of %s is %j', (base, common) => {
  expect(commonBase(base)).toBe(common);
});

test('a GUID is written as Windows does', () => {
  const guid = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  expect(idOf(entry('cn=ann', { objectGUID: [guid] }), ['objectGUID'])).toBe(
    '33221100-5544-7766-8899-aabbccddeeff',
  );
});

test('an entry without an id goes by its name', () => {
  expect(idOf(entry('cn=ann', { uid: [] }), ['entryUUID', 'uid'])).toBe('cn=ann');
});

test.each([
  '',
  'a b',
  '{uid}',
  '{uid}example.test',
  '{uid}@',
  '{}@example.test',
  'uid@example.test',
])('%j is no source of addresses', (text) => {
  expect(() => parseSource(text)).toThrow(SyntaxError);
});

test.each([
  ['ann@example.test', ['ann']],
  ['ann@elsewhere.test', []],
])('a pattern with a domain looks for %s as %j', (address, values) => {
  const parsed = parseAddress(address);
  expect(parsed).toBeDefined();
  expect(parsed && parseSource('{uid}@EXAMPLE.test').valuesFor(parsed)).toEqual(values);
});
