import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  type MailLoad,
  type MailLoadOptions,
  startMailLoad,
} from '../support/container/mail-load.ts';
import { type MailPod, type MailPodOptions, startMailPod } from '../support/container/mail-pod.ts';
import { parseQueue } from '../support/postfix/delivery.ts';
import { connectSmtp, type SmtpClient } from '../support/postfix/smtp.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 20_000;
const PERSON = 'ann@example.org';

const VALUES = {
  config: {
    domains: { 'example.org': { directory: 'people' } },
    directories: { people: { type: 'file', path: 'people.yaml' } },
  },
  files: { 'people.yaml': `accounts: [{ address: ${PERSON} }]\n` },
};

/** Mail that is accepted stays in the queue, to be counted; Postfix takes its time to end. */
const start = (options: Pick<MailPodOptions, 'group' | 'values'>): Promise<MailPod> =>
  startMailPod({
    name: 'idpmap-pod-mail',
    mainCf: { virtual_transport: 'discard:', defer_transports: 'discard' },
    stopAfter: 2,
    ...options,
  });

/** How the chart may be told to share the socket, and to run idpmap. */
const SETUPS = [
  { setup: "a native sidecar, the group's socket", group: 'postfix', sidecar: {} },
  { setup: "a native sidecar, everybody's socket", group: 'none', sidecar: {} },
  { setup: "a native sidecar that runs with Postfix's group", group: 'own', sidecar: {} },
  {
    setup: 'a container beside Postfix',
    group: 'postfix',
    // Longer than Postfix takes to end.
    sidecar: { native: false, drain: '5s' },
  },
] as const;

describeWith(['root', 'podman', 'helm'], "the chart's Pod", () => {
  describe.each(SETUPS)('with $setup', ({ group, sidecar }) => {
    let pod: MailPod;

    beforeAll(async () => {
      pod = await start({ group, values: { ...VALUES, sidecar } });
    }, BUILD_LIMIT_MS);
    afterAll(() => pod?.remove());

    test('takes mail for a person', async () => {
      expect(await ask(pod, PERSON)).toBe(250);
    });

    test('refuses mail for a stranger', async () => {
      expect(await ask(pod, 'nobody@example.org')).toBe(550);
    });

    test("is asked over SMTP by idpmap's own command, as `helm test` and `kubectl exec` do", async () => {
      const rcpt = (address: string, expected: string) =>
        pod.exec('idpmap', 'idpmap', 'rcpt', address, '--expect', expected);
      expect(await rcpt(PERSON, '250')).toContain('mail for it is taken');
      expect(await rcpt('nobody@example.org', '5xx')).toContain('mail for it is refused');
      await expect(rcpt(PERSON, '5xx')).rejects.toThrow('expected was 5xx');
    });

    test('delays mail while idpmap is killed, and takes it again once it is back', async () => {
      const client = await begin(pod);
      expect(await codesOf(client)).toEqual([250, 550]);
      await pod.kill('idpmap');
      expect(await codesOf(client)).toEqual([451, 451]);
      await pod.start('idpmap');
      expect(await until(async () => (await codesOf(client))[0] === 250, LIMIT_MS)).toBe(true);
      expect(await codesOf(client)).toEqual([250, 550]);
    });

    test('refuses no person while idpmap is killed and started under load', async () => {
      const load = startLoad(pod, 'recipients');
      await load.more(100);
      for (let i = 0; i < 2; i++) {
        await pod.kill('idpmap');
        await load.more(20);
        await pod.start('idpmap');
        await load.more(100);
      }
      await load.end();
      expect([...load.verdicts.keys()].toSorted()).toEqual([
        'person 250',
        'person 451',
        'stranger 451',
        'stranger 550',
      ]);
    });

    test('answers rightly to the end of Postfix while it stops, and loses no message', async () => {
      const load = startLoad(pod, 'messages');
      await load.more(100);
      const stopped = pod.shutDown();
      await load.more(100);
      expect(await stopped).toEqual(new Map([...CONTAINERS].map((name) => [name, 0])));
      await load.end();
      expect([...load.verdicts.keys()].toSorted()).toEqual([
        'message 250',
        'person 250',
        'stranger 550',
      ]);

      await pod.start('idpmap');
      await pod.start('postfix');
      const queue = parseQueue(await pod.exec('postfix', 'postqueue', '-j'));
      const kept = new Set(queue.map(({ id }) => id));
      expect(load.accepted.length).toBeGreaterThan(0);
      expect(load.accepted.filter((id) => !kept.has(id))).toEqual([]);
    });
  });

  test("delays all mail where the socket's group is not Postfix's", async () => {
    const pod = await start({ group: 'strange', values: VALUES });
    onTestFinished(() => pod.remove());
    expect(await codesOf(await begin(pod))).toEqual([451, 451]);
    expect(pod.log('postfix')).toContain('connect to idpmap/socketmap: Permission denied');
  });
});

/** Images are built where they are new. */
const BUILD_LIMIT_MS = 600_000;
const CONTAINERS = ['idpmap', 'postfix'];

async function begin(pod: MailPod): Promise<SmtpClient> {
  const client = await connectSmtp(pod.smtpPort);
  onTestFinished(() => client.close());
  await client.ehlo();
  await client.mail('eve@client.test');
  return client;
}

const ask = async (pod: MailPod, to: string): Promise<number> =>
  (await (await begin(pod)).rcpt(to)).code;

/** What Postfix says of a person and of a stranger. */
const codesOf = async (client: SmtpClient): Promise<readonly number[]> => [
  (await client.rcpt(PERSON)).code,
  (await client.rcpt('nobody@example.org')).code,
];

function startLoad(pod: MailPod, sends: MailLoadOptions['sends']): MailLoad {
  const load = startMailLoad(pod.smtpPort, { person: PERSON, sends });
  onTestFinished(() => load.end());
  return load;
}
