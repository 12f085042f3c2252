import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTemplate } from '../../../../src/directory/ldap/filters/base.ts';
import { templateKey } from '../../../../src/directory/templates/template.ts';

test.each([
  ['dc=example,dc=org', 'ann@example.org', 'dc=example,dc=org'],
  ['ou=%d,dc=%1', 'ann@mail.example.org', 'ou=mail.example.org,dc=org'],
  ['cn=%u %% %S', 'ann', 'cn=ann % ann'],
  ['cn=%s', 'a,b+c="d"<e>;f\\g=h', String.raw`cn=a\,b\+c\=\"d\"\<e\>\;f\\g\=h`],
  ['cn=%s', ' #x ', String.raw`cn=\ \#x\ `],
  ['cn=%s', ' ', String.raw`cn=\ `],
  ['cn=%s', 'a\0b', String.raw`cn=a\00b`],
])('the base %s for %s is %s', (text, key, base) => {
  expect(parseTemplate(text).bind(templateKey(key))).toBe(base);
});

test.each([
  ['ou=%d', 'ann'],
  ['ou=%1', 'ann@'],
  ['ou=%u', '@example.org'],
])('the base %s for %s is none', (text, key) => {
  expect(parseTemplate(text).bind(templateKey(key))).toBeUndefined();
});

test.each([
  ['ou=%d', true],
  ['ou=%%d', false],
])('of %s: %s', (text, has) => {
  expect(parseTemplate(text).hasPlaceholders).toBe(has);
});

test.each([
  ['ou=%x', '"%x" at offset 3 means nothing here, known are %s %u %d'],
  ['%%%', '"%" at offset 2 means nothing here'],
  ['ou=%ä', '"%ä" at offset 3'],
])('refuses %s: %s', (text, message) => {
  expect(() => parseTemplate(text)).toThrow(message);
});

test('a key stays one value of a base, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (key) => {
      const base = parseTemplate('cn=%s,o=x').bind(templateKey(key)) ?? '';
      const value = base.slice('cn='.length, -',o=x'.length);
      expect(value).toMatch(/^(?:\\00|\\[\\"+,;<>=# ]|[^\\"+,;<>=#\0])*$/);
      expect(value).not.toMatch(/^ |(?<!\\) $/);
      expect(value.replaceAll('\\00', '\0').replaceAll(/\\(.)/g, '$1')).toBe(key);
    }),
  );
});
