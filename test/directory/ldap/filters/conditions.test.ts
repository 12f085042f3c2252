import { expect, test } from 'vitest';
import { parseCondition } from '../../../../src/directory/ldap/filters/conditions.ts';
import { entry } from '../tablefixture.ts';

test.each([
  ['nsAccountLock=true', { nsaccountlock: ['TRUE'] }],
  ['ak-active=false', { 'ak-active': ['False'] }],
  ['1.2.840=x=y', { '1.2.840': ['x=y'] }],
  ['userAccountControl&2', { useraccountcontrol: ['514'] }],
  ['userAccountControl&18', { useraccountcontrol: ['16'] }],
  ['groupType&2147483648', { grouptype: ['-2147483646'] }],
  ['kind=b', { kind: ['a', 'b'] }],
])('%s holds of %j', (text, attributes) => {
  expect(parseCondition(text).holds(entry('cn=ann', attributes))).toBe(true);
});

test.each([
  ['nsAccountLock=true', {}],
  ['nsAccountLock=true', { nsAccountLock: ['false'] }],
  ['userAccountControl&2', { userAccountControl: ['512'] }],
  ['userAccountControl&2', { userAccountControl: ['two'] }],
  ['userAccountControl&2', {}],
  ['lock=2', { lock: ['22'] }],
])('%s does not hold of %j', (text, attributes) => {
  expect(parseCondition(text).holds(entry('cn=ann', attributes))).toBe(false);
});

test.each(['', 'locked', '=true', 'lock=', 'lock&', 'lock&x', 'a b=c', 'lock>1', '(lock=true)'])(
  '%j is no condition',
  (text) => {
    expect(() => parseCondition(text)).toThrow(/is no condition, write attribute=value/);
  },
);
