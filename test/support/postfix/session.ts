import { expect, onTestFinished } from 'vitest';
import type { LmtpSink } from './lmtp.ts';
import type { Postfix } from './postfix.ts';
import { connectSmtp, type SmtpClient } from './smtp.ts';

/** One session that sends as `from`, under `login` where there is one, and ends with the test. */
export async function beginMail(port: number, from: string, login?: string): Promise<SmtpClient> {
  const client = await connectSmtp(port);
  onTestFinished(() => client.close());
  await client.ehlo();
  if (login !== undefined) await client.auth(login, 'right');
  await client.mail(from);
  return client;
}

/** Postfix's verdict on one recipient, asked for in a session of its own. */
export async function verdictOn({ port }: Postfix, to: string): Promise<number> {
  const client = await connectSmtp(port);
  try {
    await client.ehlo();
    await client.mail('eve@client.test');
    return (await client.rcpt(to)).code;
  } finally {
    client.close();
  }
}

/** Whether each of these recipients is answered so. */
export async function areAnswered(
  postfix: Postfix,
  verdicts: Readonly<Record<string, number>>,
): Promise<boolean> {
  for (const [to, code] of Object.entries(verdicts))
    if ((await verdictOn(postfix, to)) !== code) return false;
  return true;
}

/** Sends one message as `from`, whom no other message of the test has, and gives the mailboxes that it reached, sorted. */
export async function deliver(
  { postfix, sink }: { readonly postfix: Postfix; readonly sink: LmtpSink },
  from: string,
  to: string,
): Promise<readonly string[]> {
  const client = await beginMail(postfix.port, from);
  expect(await client.rcpt(to)).toMatchObject({ code: 250 });
  expect(await client.data('Subject: test\n\ntest\n')).toMatchObject({ code: 250 });
  const messages = await sink.delivered(1, (message) => message.from === from);
  return messages.flatMap(({ recipients }) => recipients).toSorted();
}
