import fc from 'fast-check';
import { expect, test } from 'vitest';
import { redactAddresses } from '../src/log.ts';
import { named, withoutNames } from '../src/redaction.ts';

test.each([
  ['the canary ann@example.org is gone', 'the canary an address is gone'],
  ['no ANN.Smith+x@Sub.Example.org: mend it', 'no an address: mend it'],
  ['"ann smith"@example.org is held', 'an address is held'],
  ['jürgen@bücher.example, eve@localhost', 'an address, an address'],
  [`keycloak shows ${named('ann')} as disabled`, 'keycloak shows user "…" as disabled'],
  [`the user " of ${named(' ann ')}`, 'the user " of user "…"'],
  [`${named('ann" or "eve')} comes`, 'user "…" comes'],
  ['(no such entry: uid=ann,ou=people,dc=example)', '(no such entry: uid=…,ou=people,dc=example)'],
  ['CN=Ann Smith\\, MD+employeeNumber=17,OU=x', 'CN=…+employeeNumber=…,OU=x'],
  ['(|(mail=ann)(sAMAccountName=asmith))', '(|(mail=…)(sAMAccountName=…))'],
  ['https://sso.example.org answers 500', 'https://sso.example.org answers 500'],
  [
    'ldaps://ldap1.example.org: connect ECONNREFUSED',
    'ldaps://ldap1.example.org: connect ECONNREFUSED',
  ],
])('of %j remains %j', (reason, told) => {
  expect(withoutNames(reason)).toBe(told);
});

test('no address and no name is left, whatever stands round it', () => {
  const local = fc.stringMatching(/^[a-z][a-z0-9.+-]{2,30}$/).map((text) => `n9${text}`);
  const word = fc.constantFrom('a', 'the', '(', ')', ':', ',', '"', '<', '>', 'user', '=', '|');
  const who = fc
    .tuple(local, fc.constantFrom('address', 'name', 'uid', 'mail'))
    .map(([name, how]) => {
      if (how === 'address') return `${name}@example.org`;
      return how === 'name' ? named(name) : `${how}=${name}`;
    });
  fc.assert(
    fc.property(fc.array(fc.oneof(word, who)), (parts) => {
      expect(withoutNames(parts.join(' '))).not.toMatch(/n9[a-z]/);
    }),
  );
});

test('takes no time that a long text could make long', () => {
  for (const text of ['@', 'a@', '"', 'user "', 'uid=', 'a@a', '\\'])
    expect(withoutNames(text.repeat(50_000)).length).toBeGreaterThan(0);
});

test('the log shows who is named as it shows addresses', () => {
  const line = JSON.stringify({ level: 'warn', reason: `${named('ann')} and eve@example.org` });
  expect(redactAddresses(line, (who) => `<${who}>`)).toBe(
    '{"level":"warn","reason":"user \\"<ann>\\" and <eve@example.org>"}',
  );
});
