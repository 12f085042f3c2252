import type { Answer } from '../maps/answer.ts';
import { temp } from './protocol.ts';

/** Whose socketmap client asks at a listener. OpenSMTPD and Exim read replies as Postfix does. */
export type Client = 'postfix' | 'sendmail';

/** Says an answer so that the client understands what is meant. */
export type Fit = (answer: Answer) => Answer;

const FITS: Readonly<Record<Client, Fit>> = {
  postfix: (answer) => answer,
  sendmail: fitSendmail,
};

/** How answers are said to `client`. */
export const fitFor = (client: Client): Fit => FITS[client];

/**
 * sendmail takes PERM for NOTFOUND (`EX_UNAVAILABLE` is no `EX_TEMPFAIL`), so that a map which nobody configured would
 * bounce mail. In data it puts the key in the place of `%0`, the further arguments of `%1` to `%9` (`map_rewrite`).
 */
function fitSendmail(answer: Answer): Answer {
  if (answer.status === 'PERM') return temp(answer.reason);
  return answer.status === 'OK' && answer.data.includes('%')
    ? { status: 'OK', data: answer.data.replaceAll('%', '%%') }
    : answer;
}
