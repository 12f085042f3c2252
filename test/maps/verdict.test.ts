import { expect, test } from 'vitest';
import type { Answer } from '../../src/maps/answer.ts';
import type { Route } from '../../src/maps/router.ts';
import { judgeRecipient, type MapAnswer } from '../../src/maps/verdict.ts';

const OK: Answer = { status: 'OK', data: 'x' };
const NO: Answer = { status: 'NOTFOUND' };
const TEMP: Answer = { status: 'TEMP', reason: 'idpmap directory staff' };

const say = (answers: Partial<Record<Route['kind'], Answer>>): readonly MapAnswer[] => {
  const kinds = ['mailboxes', 'aliases', 'senders', 'recipients', 'domains'] as const;
  return kinds.flatMap((kind) => {
    const answer = answers[kind];
    return answer === undefined ? [] : [{ map: `my-${kind}`, kind, answer }];
  });
};

test.each<{ what: string; answers: Parameters<typeof say>[0]; code: number; reason: string }>([
  {
    what: 'a mailbox',
    answers: { domains: OK, mailboxes: OK, aliases: NO },
    code: 250,
    reason: 'my-mailboxes has it',
  },
  {
    what: 'an alias',
    answers: { domains: OK, mailboxes: NO, aliases: OK },
    code: 250,
    reason: 'my-aliases has it',
  },
  {
    what: 'a recipient of a relay',
    answers: { domains: OK, recipients: OK },
    code: 250,
    reason: 'my-recipients has it',
  },
  {
    what: 'an alias while the mailbox is in doubt',
    answers: { domains: OK, mailboxes: TEMP, aliases: OK },
    code: 250,
    reason: 'my-aliases has it',
  },
  {
    what: 'a mailbox without a map of domains',
    answers: { mailboxes: OK },
    code: 250,
    reason: 'my-mailboxes has it',
  },
  {
    what: 'a doubt about an alias',
    answers: { domains: OK, mailboxes: NO, aliases: TEMP },
    code: 451,
    reason: 'my-aliases does not know yet (idpmap directory staff): the mail waits',
  },
  {
    what: 'a doubt about the domain',
    answers: { domains: TEMP, mailboxes: OK },
    code: 451,
    reason: 'my-domains does not know yet (idpmap directory staff): the mail waits',
  },
  {
    what: 'nobody',
    answers: { domains: OK, mailboxes: NO, aliases: NO, recipients: NO },
    code: 550,
    reason: 'no map has it: user unknown',
  },
  {
    what: 'one who may only send',
    answers: { domains: OK, mailboxes: NO, aliases: NO, senders: OK },
    code: 550,
    reason: 'no map has it: user unknown',
  },
  {
    what: 'nobody, though senders are in doubt',
    answers: { domains: OK, mailboxes: NO, senders: TEMP },
    code: 550,
    reason: 'no map has it: user unknown',
  },
  {
    what: 'a foreign domain, whatever else is said',
    answers: { domains: NO, mailboxes: OK },
    code: 554,
    reason: 'my-domains does not have the domain: relay access denied',
  },
  { what: 'nothing', answers: {}, code: 550, reason: 'no map has it: user unknown' },
])('$what: $code', ({ answers, code, reason }) => {
  expect(judgeRecipient(say(answers))).toEqual({ code, reason });
});
