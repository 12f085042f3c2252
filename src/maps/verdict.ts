import type { Answer } from './answer.ts';
import type { Route } from './router.ts';

/** What Postfix will say to RCPT TO, by the answers that it gets. */
export interface Verdict {
  readonly code: 250 | 451 | 550 | 554;
  readonly reason: string;
}

/** What one map answered. */
export interface MapAnswer {
  readonly map: string;
  readonly kind: Route['kind'];
  readonly answer: Answer;
}

/**
 * Concludes as Postfix does with these maps in main.cf: a domain that is not ours is refused (554), else the address is
 * taken where an alias or a mailbox is OK (250), deferred where one is not known (451), and refused (550).
 */
export function judgeRecipient(answers: readonly MapAnswer[]): Verdict {
  const find = (kinds: readonly Route['kind'][], status: Answer['status']) =>
    answers.find(({ kind, answer }) => kinds.includes(kind) && answer.status === status);
  const people = ['aliases', 'mailboxes', 'recipients'] as const;

  const foreign = find(['domains'], 'NOTFOUND');
  if (foreign !== undefined)
    return { code: 554, reason: `${foreign.map} does not have the domain: relay access denied` };
  const doubt = find(['domains'], 'TEMP');
  if (doubt !== undefined) return defer(doubt);
  const taken = find(people, 'OK');
  if (taken !== undefined) return { code: 250, reason: `${taken.map} has it` };
  const unknown = find(people, 'TEMP');
  if (unknown !== undefined) return defer(unknown);
  return { code: 550, reason: 'no map has it: user unknown' };
}

/** What Postfix will say to MAIL FROM with `reject_sender_login_mismatch`, by the answers of its sender maps. */
export interface SenderVerdict {
  readonly code: 250 | 451 | 553;
  readonly reason: string;
}

/**
 * Concludes as Postfix does for a client that is logged in as `login`: the first map that does not say NOTFOUND decides,
 * and who is not among its logins may not send as the address. Nor may anybody where no map has it.
 */
export function judgeSender(login: string, answers: readonly MapAnswer[]): SenderVerdict {
  const deciding = answers.find(({ answer }) => answer.status !== 'NOTFOUND');
  if (deciding === undefined)
    return { code: 553, reason: `no map has the address: not owned by user ${login}` };
  const { map, answer } = deciding;
  if (answer.status !== 'OK') return defer(deciding);
  // As Postfix splits and compares them.
  const owners = answer.data.split(/[\s,]+/).map((owner) => owner.toLowerCase());
  return owners.includes(login.toLowerCase())
    ? { code: 250, reason: `${map} lists the login` }
    : { code: 553, reason: `${map} does not list the login: not owned by user ${login}` };
}

const defer = ({ map, answer }: MapAnswer): { readonly code: 451; readonly reason: string } => ({
  code: 451,
  reason: `${map} does not know yet${'reason' in answer ? ` (${answer.reason})` : ''}: the mail waits`,
});
