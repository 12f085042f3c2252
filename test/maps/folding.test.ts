import { expect, test } from 'vitest';
import { account, group } from '../support/scripted.ts';
import { askMaps, buildMaps, openDirectory } from '../support/world.ts';

const SPELLED = { spelling: 'strauß@x.org', logins: ['strauß'] };

/** Domains whose U-labels Postfix folds: one alone, one beside the domain that it is folded to. */
function open() {
  const staff = openDirectory('staff', [
    account('strauss@x.org', { ...SPELLED, aliases: ['info@x.org'] }),
    account('ann@x.org'),
    account('gone@x.org', { spelling: 'gonß@x.org', enabled: false }),
    group('all@x.org', ['strauß@x.org', 'ann@x.org']),
    account('ann@xn--strae-oqa.example'),
    account('only@xn--strae-oqa.example'),
    account('ann@strasse.example', { id: 'other' }),
    account('info@xn--gro-7ka.example'),
    account('info@xn--pxavbm.example'),
  ]);
  const names = [
    'x.org',
    'xn--strae-oqa.example',
    'strasse.example',
    'xn--gro-7ka.example',
    'xn--pxavbm.example',
  ];
  const domains = Object.fromEntries(names.map((name) => [name, { directories: ['staff'] }]));
  return { staff, maps: buildMaps(domains, { staff: staff.source }) };
}

const ask = (key: string) => askMaps(open().maps, key);

test.each([
  ['strauß@x.org', 'OK strauß@x.org', 'NOTFOUND'],
  ['Strauß@X.org', 'OK strauß@x.org', 'NOTFOUND'],
  ['strauss@x.org', 'OK strauß@x.org', 'OK strauß@x.org'],
  ['STRAUẞ@x.org', 'OK strauß@x.org', 'OK strauß@x.org'],
  ['strauss+News@x.org', 'OK strauß@x.org', 'OK strauß+news@x.org'],
  ['strauß+Weiß@x.org', 'OK strauß@x.org', 'NOTFOUND'],
  ['ANN@x.org', 'OK ann@x.org', 'NOTFOUND'],
  ['info@x.org', 'NOTFOUND', 'OK strauß@x.org'],
  ['all@x.org', 'NOTFOUND', 'OK strauß@x.org,ann@x.org'],
  ['strau@x.org', 'NOTFOUND', 'NOTFOUND'],
])('%s is a mailbox: %s, an alias: %s', async (key, mailbox, alias) => {
  expect(await ask(key)).toMatchObject({ mailboxes: mailbox, aliases: alias });
});

test('an account that takes no mail is not rewritten to the letters that it is stored with', async () => {
  expect(await ask('gonss@x.org')).toMatchObject({ mailboxes: 'NOTFOUND', aliases: 'NOTFOUND' });
});

test.each([
  ['info@gross.example', 'OK info@xn--gro-7ka.example'],
  ['info@groß.example', 'OK info@xn--gro-7ka.example'],
  ['info@οδοσ.example', 'OK info@xn--pxavbm.example'],
  ['info@οδός.example', 'NOTFOUND'],
  ['nobody@gross.example', 'NOTFOUND'],
  ['ann@strasse.example', 'OK ann@strasse.example'],
  ['ann@straße.example', 'OK ann@xn--strae-oqa.example'],
  ['only@strasse.example', 'OK only@xn--strae-oqa.example'],
  ['nobody@strasse.example', 'NOTFOUND'],
])('%s, whose domain Postfix may have folded, is a mailbox: %s', async (key, mailbox) => {
  expect(await ask(key)).toMatchObject({ mailboxes: mailbox });
});

test('nobody at a folded domain is TEMP while that is not known of the other domain', async () => {
  const { staff, maps } = open();
  staff.directory.lost.add('bob@xn--strae-oqa.example').add('ann@xn--strae-oqa.example');
  const { mailboxes } = await askMaps(maps, 'bob@strasse.example');
  expect(mailboxes).toMatch(/^TEMP /);
  expect(await askMaps(maps, 'ann@strasse.example')).toMatchObject({
    mailboxes: 'OK ann@strasse.example',
  });
});
