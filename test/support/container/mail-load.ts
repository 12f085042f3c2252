import { connectSmtp, type SmtpClient } from '../postfix/smtp.ts';
import { until } from '../until.ts';

/** Clients that send mail without a pause: each message to a person, and to a stranger whom nobody knows. */
export interface MailLoad {
  /** How often each verdict came: `person 250`, `stranger 550`, `message 250`. A lost connection is none. */
  readonly verdicts: ReadonlyMap<string, number>;
  /** Queue ids of the messages that were accepted. */
  readonly accepted: readonly string[];
  /** Waits for `count` more verdicts; rejects where they don't come. */
  more(count: number): Promise<void>;
  /** Ends it. */
  end(): Promise<void>;
}

/** What a load is told. */
export interface MailLoadOptions {
  /** Whose mail is to be taken. */
  readonly person: string;
  /** `recipients`: asks for them only. */
  readonly sends: 'messages' | 'recipients';
}

const WORKERS = 4;
const LIMIT_MS = 20_000;
const MESSAGES_A_SESSION = 20;

/** Starts it; where nobody takes its connections, it tries again. */
export function startMailLoad(port: number, { person, sends }: MailLoadOptions): MailLoad {
  const verdicts = new Map<string, number>();
  const accepted: string[] = [];
  const over = new AbortController();
  let sent = 0;
  let total = 0;
  const count = (who: string, code: number): void => {
    const verdict = `${who} ${code}`;
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    total += 1;
  };
  const send = async (client: SmtpClient): Promise<void> => {
    // A process of Postfix's keeps a fault of the domain's map for this sender and recipient, while it lives.
    await client.mail(`sender-${sent++}@client.test`);
    const { code } = await client.rcpt(person);
    count('person', code);
    count('stranger', (await client.rcpt(`nobody-${total}@example.org`)).code);
    if (code !== 250 || sends === 'recipients') {
      await client.command('RSET');
      return;
    }
    const reply = await client.data('Subject: test\n\ntest\n');
    count('message', reply.code);
    const id = /queued as (\w+)/.exec(reply.text)?.[1];
    if (id !== undefined) accepted.push(id);
  };
  const serveSession = async (): Promise<void> => {
    const client = await connectSmtp(port);
    try {
      await client.ehlo();
      for (let i = 0; i < MESSAGES_A_SESSION && !over.signal.aborted; i++) await send(client);
      await client.quit();
    } finally {
      client.close();
    }
  };
  /** Goes from session to session until one is lost. */
  const work = async (): Promise<boolean> => {
    while (!over.signal.aborted) await serveSession();
    return true;
  };
  const workers = Promise.all(
    Array.from({ length: WORKERS }, () =>
      until(() => work().catch(() => over.signal.aborted), Number.POSITIVE_INFINITY),
    ),
  );
  return {
    verdicts,
    accepted,
    more: async (wanted) => {
      const goal = total + wanted;
      if (await until(() => total >= goal, LIMIT_MS)) return;
      throw new Error(`${total} of ${goal} verdicts came within ${LIMIT_MS} ms`);
    },
    end: async () => {
      over.abort();
      await workers;
    },
  };
}
