import { expect, test } from 'vitest';
import { addressesIn } from '../../../src/cli/compare/maillog.ts';

test.each([
  [
    'a delivery',
    'postfix/lmtp[7]: 4B1: to=<ann@example.org>, orig_to=<team@example.org>, relay=x, status=sent (250 OK)',
    ['ann@example.org', 'team@example.org'],
  ],
  [
    'a sender',
    'postfix/qmgr[7]: 4B1: from=<bob@client.test>, size=1, nrcpt=1',
    ['bob@client.test'],
  ],
  [
    'a refusal',
    'postfix/smtpd[7]: NOQUEUE: reject: RCPT from mx[192.0.2.1]: 550 5.1.1 <gone@example.org>: Recipient address rejected: User unknown in virtual mailbox table; from=<bob@client.test> to=<gone@example.org> proto=ESMTP helo=<mx>',
    ['gone@example.org', 'bob@client.test'],
  ],
  [
    'a refusal that is cut off',
    'postfix/smtpd[7]: NOQUEUE: reject: RCPT from mx[192.0.2.1]: 451 4.3.0 <gone@example.org>: Temporary lookup failure',
    ['gone@example.org'],
  ],
  ['quotes, with a bracket in them', 'to=<"a>b c"@example.org>, relay', ['"a>b c"@example.org']],
  ['letters beyond ASCII', 'to=<jörg@bücher.example>', ['jörg@bücher.example']],
  ['the null sender', 'postfix/qmgr[7]: 4B1: from=<>, size=1', []],
  ['a local name', 'to=<root>, relay=local', []],
  ['a name of a host', 'NOQUEUE: reject: CONNECT from x[1.2.3.4]; helo=<ann@example.org>', []],
])('finds the addresses of %s', (_, line, addresses) => {
  expect(addressesIn(line)).toEqual(addresses);
});
