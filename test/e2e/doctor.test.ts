import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PLACES } from '../support/doctor/places.ts';
import { NO_REFUSALS, REFUSALS } from '../support/doctor/refusals.ts';
import { RULES } from '../support/doctor/rules.ts';
import { asking, type Case, type Stage, startStage, UNIX } from '../support/doctor/stage.ts';
import { TABLES } from '../support/doctor/tables.ts';
import { describeWith } from '../support/requirement.ts';

const RIGHT: readonly (readonly [what: string, make: (stage: Stage) => Case])[] = [
  ['in a jail, by a Unix socket', () => ({})],
  ['out of the jail, by a Unix socket', ({ unjailed }) => ({ masterCf: unjailed })],
  [
    'in a jail, by TCP',
    ({ port }) => ({
      mainCf: asking(`socketmap:inet:127.0.0.1:${port}`),
      config: { listen: `tcp://127.0.0.1:${port}` },
    }),
  ],
  [
    'in a jail, by proxymap, for the socket is outside',
    ({ outside }) => ({
      mainCf: asking(`proxy:socketmap:unix:${outside}`),
      config: { listen: `unix:${outside}?mode=0660&group=postfix` },
    }),
  ],
  [
    'as a relay',
    () => ({
      mainCf: {
        ...Object.fromEntries(Object.keys(asking('')).map((name) => [name, ''])),
        virtual_transport: 'virtual',
        virtual_alias_expansion_limit: '1000',
        relay_domains: 'example.org',
        relay_recipient_maps: `${UNIX}:relay-recipients`,
      },
    }),
  ],
  [
    'with domains asked for, and local users beside them',
    () => ({
      mainCf: {
        ...asking(UNIX, { virtual_mailbox_domains: `${UNIX}:virtual-domains` }),
        mydestination: '$myhostname, localhost',
        local_recipient_maps: 'proxy:unix:passwd.byname $alias_maps',
      },
    }),
  ],
];

describeWith(['postfix', 'root'], 'idpmap doctor, beside a real Postfix,', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage?.stop());

  test.each([...RIGHT, ...NO_REFUSALS])('finds nothing to mend %s', async (_, make) => {
    expect(await stage.examine(make(stage))).toEqual([]);
    await stage.expectReply('ann@example.org', 250);
  });

  const PLANTED = [...PLACES, ...TABLES, ...RULES, ...REFUSALS];
  describe(`finds what was planted, one of ${PLANTED.length}:`, () => {
    test.each(PLANTED)('%s', async (_, make) => {
      const { finds, says, ...changed } = make(stage);
      const [level, about, text, mend] = finds;
      const asked = says && (() => stage.expectReply(...says));
      expect(await stage.examine(changed, asked)).toContainEqual({
        level,
        about: expect.stringMatching(about),
        text: expect.stringMatching(text),
        mend: expect.stringMatching(mend),
      });
    });
  });
});
