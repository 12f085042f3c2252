import { setTimeout as wait } from 'node:timers/promises';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { createSocketmapClient } from '../../src/socketmap/client.ts';
import { connectSmtp } from '../support/postfix/smtp.ts';
import type { Dice } from './dice.ts';
import { type Judge, KNOWN, type Said } from './judge.ts';

/** What an aliases map and a mailboxes map say is one answer: of an account the former says NOTFOUND. */
const MAPS = ['user-exists', 'virtual-aliases'] as const;
const PAUSE_MS = 25;
const PATIENCE_MS = 20_000;

/** Somebody whom no directory has: new ones all the time, and some that come again. */
export const stranger = (dice: Dice): string =>
  `${dice.pick(['nobody', 'ann', 'x', '"a b"'])}-${dice.throw(dice.pick([20, 100_000]))}@example.test`;

const anybody = (dice: Dice): string => (dice.throw(2) === 0 ? dice.pick(KNOWN) : stranger(dice));

/** Asks both maps for one address after the other over one connection, until told to end. */
export async function askMaps(
  endpoint: Endpoint,
  dice: Dice,
  judge: Judge,
  end: AbortSignal,
): Promise<void> {
  const client = createSocketmapClient({ endpoint, timeoutMs: PATIENCE_MS });
  while (!end.aborted) {
    const who = anybody(dice);
    try {
      const answers = await Promise.all(MAPS.map((map) => client.ask(map, who)));
      const statuses = answers.map(({ status }) => status);
      judge.hear(who, conclude(statuses), statuses.join(' '));
    } catch (error) {
      judge.hear(who, 'lost', String(error));
    }
    await wait(PAUSE_MS);
  }
  client.close();
}

function conclude(statuses: readonly string[]): Said {
  if (statuses.includes('OK')) return 'taken';
  return statuses.every((status) => status === 'NOTFOUND') ? 'refused' : 'deferred';
}

/** So many errors a session, and Postfix would slow down. */
const RECIPIENTS = 6;

/** Asks a real Postfix to take mail for one address after the other, a session for each few, until told to end. */
export async function sendMail(
  port: number,
  dice: Dice,
  judge: Judge,
  end: AbortSignal,
): Promise<void> {
  while (!end.aborted) {
    const client = await connectSmtp(port);
    try {
      await client.ehlo();
      await client.mail('sender@elsewhere.example');
      for (let i = 0; i < RECIPIENTS; i++) {
        const who = anybody(dice);
        const { code, text } = await client.rcpt(who);
        judge.hear(
          who,
          code < 400 ? 'taken' : code < 500 ? 'deferred' : 'refused',
          `${code} ${text}`,
        );
      }
      await client.quit();
    } catch (error) {
      judge.hear('session', 'lost', String(error));
    } finally {
      client.close();
    }
    await wait(PAUSE_MS);
  }
}
