import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type MailSystem, startMailSystem } from '../support/postfix/mail.ts';
import { connectSmtp, type SmtpClient } from '../support/postfix/smtp.ts';
import type { RunningProcess } from '../support/process.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';

const WORKERS = 6;
const LIMIT_MS = 20_000;

/** Clients that ask for known and unknown recipients without a pause. */
interface Load {
  /** How often each verdict came; the right ones are `known 250`, `caught 250`, `unknown 550`. */
  readonly verdicts: ReadonlyMap<string, number>;
  /** Waits for `count` more verdicts. */
  more(count: number): Promise<void>;
  end(): Promise<void>;
}

function startLoad(port: number): Load {
  const verdicts = new Map<string, number>();
  const over = new AbortController();
  let total = 0;
  const ask = async (client: SmtpClient, who: string, to: string): Promise<void> => {
    const verdict = `${who} ${(await client.rcpt(to)).code}`;
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    total += 1;
  };
  const serveSession = async (worker: number): Promise<void> => {
    const client = await connectSmtp(port);
    await client.ehlo();
    await client.mail(`worker-${worker}@client.test`);
    for (let i = 0; i < 30 && !over.signal.aborted; i++) {
      await ask(client, 'known', 'ann@example.org');
      await ask(client, 'unknown', `nobody-${worker}-${total}@example.org`);
      await ask(client, 'caught', `someone+${i}@catch.example`);
    }
    await client.quit();
  };
  const work = async (_: unknown, worker: number): Promise<void> => {
    while (!over.signal.aborted) await serveSession(worker);
  };
  const workers = Promise.all(Array.from({ length: WORKERS }, work));
  return {
    verdicts,
    more: async (count) => {
      const goal = total + count;
      const isThere = await until(() => total >= goal, LIMIT_MS);
      if (!isThere) throw new Error(`${total} of ${goal} verdicts came within ${LIMIT_MS} ms`);
    },
    end: async () => {
      over.abort();
      await workers;
    },
  };
}

describeWith(['postfix', 'root'], 'a restart', () => {
  describe.each(['tcp', 'unix'] as const)('over %s', (wire) => {
    let system: MailSystem;
    let daemon: RunningProcess;

    beforeAll(async () => {
      system = await startMailSystem(wire);
    });
    afterAll(() => system?.stop());
    beforeEach(async () => {
      daemon = await system.serve();
      return () => daemon.stop();
    });

    test('by take-over defers no mail, twice in succession', async () => {
      const load = startLoad(system.postfix.port);
      onTestFinished(() => load.end());
      for (let i = 0; i < 2; i++) {
        await load.more(300);
        const former = daemon;
        daemon = await system.serve('--takeover');
        await until(() => former.ended() !== undefined, LIMIT_MS);
        expect(former.ended()).toBe('ended with code 0');
      }
      await load.more(300);
      await load.end();
      expect([...load.verdicts.keys()].toSorted()).toEqual([
        'caught 250',
        'known 250',
        'unknown 550',
      ]);
    });

    test('with a gap defers mail within it, and no longer', async () => {
      const client = await connectSmtp(system.postfix.port);
      onTestFinished(() => client.close());
      await client.ehlo();
      await client.mail('eve@client.test');
      const ask = async () => [
        (await client.rcpt('ann@example.org')).code,
        (await client.rcpt('nobody@example.org')).code,
      ];
      expect(await ask()).toEqual([250, 550]);
      await daemon.stop();
      expect(await ask()).toEqual([451, 451]);
      daemon = await system.serve();
      expect(await ask()).toEqual([250, 550]);
    });
  });
});
