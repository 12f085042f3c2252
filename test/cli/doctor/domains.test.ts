import { expect, test } from 'vitest';
import { lookAtDomains } from '../../../src/cli/doctor/domains.ts';
import { factsOf, mend } from '../../support/doctor/facts.ts';

const TABLE = 'socketmap:unix:idpmap/socketmap';
const RELAY = {
  virtual_mailbox_domains: '',
  virtual_mailbox_maps: '',
  virtual_alias_maps: '',
  relay_domains: 'example.org',
  relay_recipient_maps: `${TABLE}:relay-recipients`,
};
const TWO = 'domains: { example.org: { directory: people }, example.net: { directory: people } }';

test.each<[what: string, main: Readonly<Record<string, string>>, config?: string]>([
  ['written out', {}],
  ['asked for', { virtual_mailbox_domains: `${TABLE}:virtual-domains` }],
  ['of a relay', RELAY],
  [
    'of a relay, whose list takes sub-domains',
    RELAY,
    'domains: { example.org: { directory: people }, a.example.org: { directory: people } }',
  ],
  [
    'in U-labels',
    { virtual_mailbox_domains: 'Bücher.example' },
    'domains: { xn--bcher-kva.example: { directory: people } }',
  ],
  [
    'beside another table, of which nothing is known',
    { virtual_mailbox_domains: 'hash:/etc/postfix/domains' },
    TWO,
  ],
  [
    'beside others’, whose people are another table’s',
    {
      virtual_mailbox_domains: 'example.org old.example',
      virtual_mailbox_maps: `hash:/etc/x ${TABLE}:user-exists`,
    },
  ],
  [
    'of a directory that lists more',
    { virtual_mailbox_domains: 'example.org listed.example' },
    'directories: { people: { type: file, path: p.yaml, listDomains: true } }',
  ],
  ['beside local ones', { mydestination: 'mx.example.org, localhost' }],
  [
    'of which nothing is asked',
    { virtual_mailbox_maps: '', virtual_alias_maps: '', mydestination: 'example.org' },
  ],
])('domains %s are right', async (_, main, config = '') => {
  expect(await mend(lookAtDomains, { main, config })).toEqual([]);
});

test('without a Postfix there is nothing to say', async () => {
  expect(lookAtDomains(await factsOf({ postfix: 'absent' }))).toEqual([]);
});

test.each<[name: string, main: Readonly<Record<string, string>>, text: RegExp, config?: string]>([
  [
    'mydestination',
    { mydestination: 'localhost, Example.org' },
    /has example\.org, which is in virtual_mailbox_domains too: .*users of this machine/,
  ],
  [
    'mydestination',
    { mydestination: 'example.org', virtual_mailbox_domains: `${TABLE}:virtual-domains` },
    /has example\.org/,
  ],
  ['virtual_alias_domains', { virtual_alias_domains: 'example.org' }, /refuses who is no alias/],
  ['relay_domains', { relay_domains: 'example.org' }, /one of them counts/],
  [
    'virtual_mailbox_domains and relay_domains',
    {
      virtual_mailbox_domains: `${TABLE}:virtual-domains`,
      relay_domains: `${TABLE}:virtual-domains`,
    },
    /both ask/,
  ],
  [
    'virtual_mailbox_domains',
    { virtual_mailbox_domains: 'example.org, old.example' },
    /has old\.example, of which idpmap knows nobody/,
  ],
  ['relay_domains', { ...RELAY, relay_domains: 'example.org old.example' }, /has old\.example/],
  ['virtual_mailbox_domains', {}, /lacks example\.net, .*554/, TWO],
  ['relay_domains', RELAY, /lacks example\.net/, TWO],
])('%s: %j', async (name, main, text, config = '') => {
  expect(await mend(lookAtDomains, { main, config })).toEqual([
    {
      level: 'failed',
      about: expect.stringMatching(new RegExp(`^main.cf, (?:.* and )?${name}|${name}`)),
      text: expect.stringMatching(text),
      mend: expect.any(String),
    },
  ]);
});

test.each([
  [['virtual_alias_domains'], / \(its default is \$virtual_alias_maps\)/],
  [[], /asks idpmap for bare domains: 2 to 3/],
])('alias domains that are asked of idpmap are told (%j)', async (defaults, text) => {
  const main = { virtual_alias_domains: `${TABLE}:virtual-aliases` };
  expect(await mend(lookAtDomains, { main, defaults })).toEqual([
    {
      level: 'warning',
      about: 'main.cf, virtual_alias_domains',
      text: expect.stringMatching(text),
      mend: expect.stringContaining('virtual_alias_domains ='),
    },
  ]);
});
