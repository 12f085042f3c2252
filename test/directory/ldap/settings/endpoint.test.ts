import { expect, test } from 'vitest';
import { parseLdapUrl } from '../../../../src/directory/ldap/settings/endpoint.ts';

test.each([
  ['ldapi:///run/slapd/ldapi', '/run/slapd/ldapi'],
  ['ldapi:///run/slapd/ldapi/', '/run/slapd/ldapi'],
  ['ldapi://%2Frun%2Fslapd%2Fldapi', '/run/slapd/ldapi'],
  ['ldapi://%2frun%2fslapd%2fldapi/', '/run/slapd/ldapi'],
  ['LDAPI:///run/a%20b/', '/run/a b'],
  ['ldapi:///run/100%/', '/run/100%'],
])('%s is the socket %s', (text, path) => {
  expect(parseLdapUrl(text)).toEqual({ kind: 'unix', path });
});

test.each([
  'ldapi://',
  'ldapi:///',
  'ldapi:////',
  'ldapi://%2F/',
  'ldapi://run/ldapi',
  'ldapi://%2Frun%2Fldapi/dc=x',
])('%s names no socket', (text) => {
  expect(() => parseLdapUrl(text)).toThrow('write ldapi:///run/slapd/ldapi');
});
