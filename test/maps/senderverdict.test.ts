import { expect, test } from 'vitest';
import { type Answer, NOTFOUND } from '../../src/maps/answer.ts';
import { judgeSender } from '../../src/maps/verdict.ts';

const judge = (login: string, ...answers: readonly Answer[]) =>
  judgeSender(
    login,
    answers.map((answer, i) => ({ map: `m${i}`, kind: 'senders', answer })),
  );

const lists = (data: string): Answer => ({ status: 'OK', data });
const TEMP: Answer = { status: 'TEMP', reason: 'idpmap timeout staff' };

test.each([
  ['the one login', 'ann', [lists('ann')], 250],
  ['one of several', 'bob', [lists('ann,bob')], 250],
  ['it in another case', 'ANN@x.org', [lists('Ann@X.org')], 250],
  ['one behind a comma and a space', 'bob', [lists('ann, bob')], 250],
  ['another login', 'bob', [lists('ann')], 553],
  ['a part of a login', 'an', [lists('ann')], 553],
  ['nobody’s login', 'ann', [lists('no-login.invalid')], 553],
  ['the second map, where the first has nobody', 'ann', [NOTFOUND, lists('ann')], 250],
  ['the second map, where the first has somebody else', 'ann', [lists('bob'), lists('ann')], 553],
  ['an address that nobody holds', 'ann', [NOTFOUND, NOTFOUND], 553],
  ['a doubt', 'ann', [TEMP], 451],
  ['a doubt before a map that lists the login', 'ann', [TEMP, lists('ann')], 451],
] as const)('%s', (_, login, answers, code) => {
  expect(judge(login, ...answers).code).toBe(code);
});

test.each([
  [[lists('bob')], 'm0 does not list the login: not owned by user ann'],
  [[NOTFOUND], 'no map has the address: not owned by user ann'],
  [[TEMP], 'm0 does not know yet (idpmap timeout staff): the mail waits'],
  [[lists('ann')], 'm0 lists the login'],
] as const)('%j is told so: %s', (answers, reason) => {
  expect(judge('ann', ...answers).reason).toBe(reason);
});
