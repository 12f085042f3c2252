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
    'domains: no domain is configured, so no mail could be answered for, write domains: { example.org: { directory: people } } or give a directory listDomains: true',
  ],
  [
    'a domain without a directory',
    withPeople('domains:\n  example.org:'),
    '3:3: domains.example.org: names neither a directory nor an aliasOf, write { directory: people }',
  ],
  [
    'a directory with a slip in its name',
    withPeople('domains:\n  example.org: { directory: poeple }'),
    '3:29: domains.example.org.directory: there is no directory "poeple", did you mean "people"?',
  ],
  [
    'one unknown directory among several',
    withPeople('domains:\n  example.org: { directory: [people, legacy] }'),
    '3:38: domains.example.org.directory[1]: there is no directory "legacy", known is people',
  ],
  [
    'a directory where there is none',
    'domains:\n  example.org: { directory: people }',
    '2:29: domains.example.org.directory: there is no directory "people", configure it under directories: { people: { type: file, path: people.yaml } }',
  ],
  [
    'a directory that is asked twice',
    withPeople('domains:\n  example.org: { directory: [people, people] }'),
    '3:38: domains.example.org.directory[1]: "people" is listed twice, keep one',
  ],
  [
    'a shadow with a slip in its name',
    withPeople('domains:\n  example.org: { directory: people, shadow: poeple }'),
    '3:45: domains.example.org.shadow: there is no directory "poeple", did you mean "people"?',
  ],
  [
    'a shadow that answers for the domain itself',
    withPeople('domains:\n  example.org: { directory: people, shadow: people }'),
    '3:45: domains.example.org.shadow: "people" answers for the domain itself, name another directory to compare it with, or leave shadow out',
  ],
  [
    'a shadow of a domain that has no directory',
    withPeople(
      'domains:\n  example.org: { directory: people }\n  example.net: { aliasOf: example.org, shadow: people }',
    ),
    '4:40: domains.example.net.shadow: there is no directory here to compare it with, write it at the domain that aliasOf names',
  ],
  [
    'a slip in the word shadow',
    withPeople('domains:\n  example.org: { directory: people, shadwo: people }'),
    '3:37: domains.example.org.shadwo: unknown key, did you mean "shadow"?',
  ],
  [
    'an alias of a domain that is not configured',
    withPeople(
      'domains:\n  example.org: { directory: people }\n  example.net: { aliasOf: exmaple.org }',
    ),
    '4:27: domains.example.net.aliasOf: "exmaple.org" is none of the configured domains, did you mean "example.org"?',
  ],
  [
    'domains that are aliases in a circle',
    'domains:\n  a.org: { aliasOf: b.org }\n  b.org: { aliasOf: C.org }\n  c.org: { aliasOf: a.org }',
    '2:21: domains.a.org.aliasOf: goes in a circle (a.org → b.org → c.org → a.org), let one of them name a directory instead',
  ],
  [
    'a domain that is its own alias',
    'domains:\n  a.org: { aliasOf: a.org }',
    '2:21: domains.a.org.aliasOf: goes in a circle (a.org → a.org), let one of them name a directory instead',
  ],
  [
    'a domain in two spellings',
    withPeople(
      'domains:\n  bücher.example: { directory: people }\n  XN--BCHER-KVA.example: { directory: people }',
    ),
    '4:3: domains.XN--BCHER-KVA.example: is "bücher.example" in another spelling, keep one',
  ],
  [
    'a role in two spellings',
    withPeople(
      'domains:\n  example.org:\n    directory: people\n    roles: { abuse: a@example.org, Abuse: b@example.org }',
    ),
    '5:36: domains.example.org.roles.Abuse: is "abuse" in another spelling, keep one',
  ],
  [
    'a role of listed domains in two spellings',
    `${withPeople('domains: { example.org: { directory: people } }')}\nlistedDomains:\n  roles: { abuse: a@example.org, ABUSE: b@example.org }`,
    '4:34: listedDomains.roles.ABUSE: is "abuse" in another spelling, keep one',
  ],
  [
    'a domain that is none',
    withPeople('domains:\n  "example.org/x": { directory: people }'),
    '3:3: domains.example.org/x: "example.org/x" is no domain, write example.org',
  ],
  [
    'sub-domains as *.example.org',
    withPeople('domains:\n  "*.example.org": { directory: people }'),
    `3:3: domains.*.example.org: "*.example.org" is no domain: ${SUBDOMAINS}`,
  ],
  [
    'sub-domains as .example.org',
    withPeople('domains:\n  ".example.org": { directory: people }'),
    `3:3: domains..example.org: ".example.org" is no domain: ${SUBDOMAINS}`,
  ],
  [
    'sub-domains as *.Example.ORG',
    withPeople('domains:\n  "*.Example.ORG": { directory: people }'),
    `3:3: domains.*.Example.ORG: "*.Example.ORG" is no domain: ${SUBDOMAINS}`,
  ],
  [
    'two addresses as a catch-all',
    withPeople('domains:\n  example.org: { directory: people, catchAll: "a@b.org, c@d.org" }'),
    '3:47: domains.example.org.catchAll: "a@b.org, c@d.org" is not exactly one address with a domain, write one such as ann@example.org',
  ],
  [
    'a role target without a domain',
    withPeople('domains:\n  example.org: { directory: people, roles: { abuse: ann } }'),
    '3:53: domains.example.org.roles.abuse: "ann" is not exactly one address with a domain, write ann@example.org',
  ],
  [
    'a whole address as a role',
    withPeople('domains:\n  example.org: { directory: people, roles: { a@b.org: a@b.org } }'),
    '3:46: domains.example.org.roles.a@b.org: "a@b.org" is no local part, write a',
  ],
  [
    "a directory's name that is none",
    'domains: { example.org: { directory: Staff } }\ndirectories:\n  Staff: { type: file, path: x }',
    '3:3: directories.Staff: "Staff" is no name of a directory, write staff',
  ],
  [
    'an unknown type',
    withDomains('directories:\n  people: { type: ladp }'),
    '3:19: directories.people.type: unknown type "ladp", did you mean "ldap"?',
  ],
  [
    'no type',
    withDomains('directories:\n  people: { path: x }'),
    `3:3: directories.people.type: is missing, known types are ${TYPES.map(({ type }) => type).join(', ')}`,
  ],
  [
    'alias domains listed at their domain',
    'directories: { people: { type: file, path: p } }\ndomains:\n  example.org: { directory: people, aliases: [example.net, example.com] }',
    '3:37: domains.example.org.aliases: unknown key, write example.net: { aliasOf: example.org }, example.com: { aliasOf: example.org } beside example.org',
  ],
  [
    'a setting of another type',
    withDomains('directories:\n  people: { type: demo, path: x }'),
    `3:25: directories.people.path: applies to type ${WITH_PATH} only, this is type demo, leave it out`,
  ],
  [
    'no path',
    withDomains('directories:\n  people: { type: file }'),
    '3:3: directories.people.path: is missing, write path: /etc/idpmap/people.yaml',
  ],
  [
    'an empty path',
    withDomains('directories:\n  people: { type: file, path: "" }'),
    '3:31: directories.people.path: is empty, write something or leave it out',
  ],
])('tells %s, where it is and how to mend it', async (_, text, mistake) => {
  expect(await mistakesIn(text)).toEqual([mistake]);
});
