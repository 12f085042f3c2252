import { expect, test } from 'vitest';
import { TYPES } from '../../src/directory/types.ts';
import { mistakesIn } from './fixture.ts';

/** The types of directories that are files. */
const WITH_PATH = TYPES.filter(({ schema }) => 'path' in schema.shape)
  .map(({ type }) => type)
  .join(', ');

/** A whole file: whatever is not given is as in the least configuration. */
const withPeople = (text: string): string =>
  `directories: { people: { type: file, path: people.yaml } }\n${text}`;

const withDomains = (text: string): string =>
  `domains: { example.org: { directory: people } }\n${text}`;

const SUBDOMAINS =
  "name each sub-domain of example.org by itself, also those that a list of Postfix's took along (parent_domain_matches_subdomains)";

test.each([
  [
    'no domain',
    withPeople(''),
    'domains: no domain is configured, so no mail could be answered for, write domains: { example.org: { directory: NAME } } or give a directory listDomains: true',
  ],
  [
    'a domain without a directory',
    withPeople('domains:\n  example.org:'),
    'domains.example.org (line 3, column 3): names neither a directory nor an aliasOf, write directory: NAME',
  ],
  [
    'a directory with a slip in its name',
    withPeople('domains:\n  example.org: { directory: poeple }'),
    'domains.example.org.directory (line 3, column 29): there is no directory "poeple", did you mean "people"?',
  ],
  [
    'one unknown directory among several',
    withPeople('domains:\n  example.org: { directory: [people, legacy] }'),
    'domains.example.org.directory[1] (line 3, column 38): there is no directory "legacy", known is people',
  ],
  [
    'a directory where there is none',
    'domains:\n  example.org: { directory: people }',
    'domains.example.org.directory (line 2, column 29): there is no directory "people", configure it under directories',
  ],
  [
    'a directory that is asked twice',
    withPeople('domains:\n  example.org: { directory: [people, people] }'),
    'domains.example.org.directory[1] (line 3, column 38): "people" is listed twice, keep one',
  ],
  [
    'an alias of a domain that is not configured',
    withPeople(
      'domains:\n  example.org: { directory: people }\n  example.net: { aliasOf: exmaple.org }',
    ),
    'domains.example.net.aliasOf (line 4, column 27): "exmaple.org" is none of the configured domains, did you mean "example.org"?',
  ],
  [
    'domains that are aliases in a circle',
    'domains:\n  a.org: { aliasOf: b.org }\n  b.org: { aliasOf: C.org }\n  c.org: { aliasOf: a.org }',
    'domains.a.org.aliasOf (line 2, column 21): goes in a circle (a.org → b.org → c.org → a.org), let one of them name a directory instead',
  ],
  [
    'a domain that is its own alias',
    'domains:\n  a.org: { aliasOf: a.org }',
    'domains.a.org.aliasOf (line 2, column 21): goes in a circle (a.org → a.org), let one of them name a directory instead',
  ],
  [
    'a domain in two spellings',
    withPeople(
      'domains:\n  bücher.example: { directory: people }\n  XN--BCHER-KVA.example: { directory: people }',
    ),
    'domains.XN--BCHER-KVA.example (line 4, column 3): is "bücher.example" in another spelling, keep one',
  ],
  [
    'a role in two spellings',
    withPeople(
      'domains:\n  example.org:\n    directory: people\n    roles: { abuse: a@example.org, Abuse: b@example.org }',
    ),
    'domains.example.org.roles.Abuse (line 5, column 36): is "abuse" in another spelling, keep one',
  ],
  [
    'a role of listed domains in two spellings',
    `${withPeople('domains: { example.org: { directory: people } }')}\nlistedDomains:\n  roles: { abuse: a@example.org, ABUSE: b@example.org }`,
    'listedDomains.roles.ABUSE (line 4, column 34): is "abuse" in another spelling, keep one',
  ],
  [
    'a domain that is none',
    withPeople('domains:\n  "example.org/x": { directory: people }'),
    'domains.example.org/x (line 3, column 3): "example.org/x" is no domain, write one such as example.org',
  ],
  [
    'sub-domains as *.example.org',
    withPeople('domains:\n  "*.example.org": { directory: people }'),
    `domains.*.example.org (line 3, column 3): "*.example.org" is no domain: ${SUBDOMAINS}`,
  ],
  [
    'sub-domains as .example.org',
    withPeople('domains:\n  ".example.org": { directory: people }'),
    `domains..example.org (line 3, column 3): ".example.org" is no domain: ${SUBDOMAINS}`,
  ],
  [
    'sub-domains as *.Example.ORG',
    withPeople('domains:\n  "*.Example.ORG": { directory: people }'),
    `domains.*.Example.ORG (line 3, column 3): "*.Example.ORG" is no domain: ${SUBDOMAINS}`,
  ],
  [
    'two addresses as a catch-all',
    withPeople('domains:\n  example.org: { directory: people, catchAll: "a@b.org, c@d.org" }'),
    'domains.example.org.catchAll (line 3, column 47): "a@b.org, c@d.org" is not exactly one address with a domain, write one such as ann@example.org',
  ],
  [
    'a role target without a domain',
    withPeople('domains:\n  example.org: { directory: people, roles: { abuse: ann } }'),
    'domains.example.org.roles.abuse (line 3, column 53): "ann" is not exactly one address with a domain, write one such as ann@example.org',
  ],
  [
    'a whole address as a role',
    withPeople('domains:\n  example.org: { directory: people, roles: { a@b.org: a@b.org } }'),
    'domains.example.org.roles.a@b.org (line 3, column 46): "a@b.org" is no local part, write what stands before the @: postmaster',
  ],
  [
    "a directory's name that is none",
    'domains: { example.org: { directory: Staff } }\ndirectories:\n  Staff: { type: file, path: x }',
    'directories.Staff (line 3, column 3): "Staff" is no name of a directory, write lower-case letters, digits and hyphens: staff',
  ],
  [
    'an unknown type',
    withDomains('directories:\n  people: { type: ladp }'),
    'directories.people.type (line 3, column 19): unknown type "ladp", did you mean "ldap"?',
  ],
  [
    'no type',
    withDomains('directories:\n  people: { path: x }'),
    `directories.people.type (line 3, column 3): is missing, known types are ${TYPES.map(({ type }) => type).join(', ')}`,
  ],
  [
    'a setting of another type',
    withDomains('directories:\n  people: { type: demo, path: x }'),
    `directories.people.path (line 3, column 25): applies to type ${WITH_PATH} only, this is type demo`,
  ],
  [
    'no path',
    withDomains('directories:\n  people: { type: file }'),
    'directories.people.path (line 3, column 3): is missing, write path: /etc/idpmap/people.yaml',
  ],
  [
    'an empty path',
    withDomains('directories:\n  people: { type: file, path: "" }'),
    'directories.people.path (line 3, column 31): is empty, write something or leave it out',
  ],
])('tells %s, where it is and how to mend it', async (_, text, mistake) => {
  expect(await mistakesIn(text)).toEqual([`config: ${mistake}`]);
});
