import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { type MailLoad, startMailLoad } from '../support/container/mail-load.ts';
import { type MailPod, startMailPod } from '../support/container/mail-pod.ts';
import { connectSmtp } from '../support/postfix/smtp.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';

/** How soon a swap counts. */
const LIMIT_MS = 5000;
/** Images are built where they are new. */
const BUILD_LIMIT_MS = 600_000;

/** idpmap.yaml for example.org and these domains. */
const configure = (...domains: readonly string[]): string =>
  stringify({
    domains: Object.fromEntries(
      ['example.org', ...domains].map((name) => [name, { directory: 'people' }]),
    ),
    directories: { people: { type: 'file', path: 'people.yaml' } },
  });

const LOADED = 'ann@example.org';

/** A people file with these accounts. */
const listPeople = (...addresses: readonly string[]): string =>
  stringify({ accounts: addresses.map((address) => ({ address })) });

const PEOPLE = listPeople(
  LOADED,
  'bob@example.org',
  'cleo@example.org',
  'cleo@second.example',
  'cleo@third.example',
);

/** What the load is to hear, and nothing else. */
const RIGHT = ['person 250', 'stranger 550'];

describeWith(['root', 'podman', 'helm'], "under load, in the chart's Pod", () => {
  let pod: MailPod;
  let load: MailLoad;

  beforeAll(async () => {
    pod = await startMailPod({
      name: 'idpmap-pod-swap',
      group: 'postfix',
      mainCf: {
        virtual_transport: 'discard:',
        // Asked for, as where a directory lists domains: what the chart prints has them written out.
        virtual_mailbox_domains: 'socketmap:unix:idpmap/socketmap:virtual-domains',
      },
      token: 'the-former-token',
      values: {
        config: parse(configure()),
        files: { 'people.yaml': PEOPLE },
        http: { existingSecret: 'token' },
      },
    });
  }, BUILD_LIMIT_MS);
  afterAll(() => pod?.remove());
  beforeEach(async () => {
    load = startMailLoad(pod.smtpPort, { person: LOADED, sends: 'recipients' });
    await load.more(50);
  });
  afterEach(() => load.end());

  /** Changes files of the ConfigMap, and changes them back when the test is over. */
  const swap = async (changed: Readonly<Record<string, string>>): Promise<void> => {
    const { name, files } = pod.configuration;
    onTestFinished(() => pod.volumes.swapConfigMap(name, files));
    await pod.volumes.swapConfigMap(name, { ...files, ...changed });
  };

  test('a person who is new in the ConfigMap gets mail within 5 s', async () => {
    expect(await ask(pod, 'dora@example.org')).toBe(550);
    await swap({ 'people.yaml': `${PEOPLE}  - address: dora@example.org\n` });
    expect(await becomes(250, () => ask(pod, 'dora@example.org'))).toBe(true);
    expect(await verdictsOf(load)).toEqual(RIGHT);
  });

  test('a person whom the ConfigMap lacks from now on is refused within 5 s', async () => {
    expect(await ask(pod, 'bob@example.org')).toBe(250);
    await swap({ 'people.yaml': PEOPLE.replace('bob@', 'robert@') });
    expect(await becomes(550, () => ask(pod, 'bob@example.org'))).toBe(true);
    expect(await verdictsOf(load)).toEqual(RIGHT);
  });

  test('a domain that is new in idpmap.yaml gets mail within 5 s', async () => {
    expect(await ask(pod, 'cleo@second.example')).toBe(554);
    await swap({ 'idpmap.yaml': configure('second.example') });
    expect(await becomes(250, () => ask(pod, 'cleo@second.example'))).toBe(true);
    expect(await verdictsOf(load)).toEqual(RIGHT);
  });

  test('an idpmap.yaml with a mistake changes nothing, and the next one counts within 5 s', async () => {
    await swap({ 'idpmap.yaml': 'domians: {}\n' });
    const isTold = () => pod.log('idpmap').includes('domians');
    expect(await until(isTold, LIMIT_MS)).toBe(true);
    expect(await ask(pod, 'cleo@third.example')).toBe(554);
    await swap({ 'idpmap.yaml': configure('third.example') });
    expect(await becomes(250, () => ask(pod, 'cleo@third.example'))).toBe(true);
    expect(await verdictsOf(load)).toEqual(RIGHT);
  });

  test('a token that is new in the Secret counts within 5 s, and the former no longer', async () => {
    expect(await explainWith(pod, 'the-former-token')).toBe(200);
    onTestFinished(() => pod.volumes.swapSecret('token', { token: 'the-former-token' }));
    await pod.volumes.swapSecret('token', { token: 'the-newest-token' });
    expect(await becomes(200, () => explainWith(pod, 'the-newest-token'))).toBe(true);
    expect(await explainWith(pod, 'the-former-token')).toBe(401);
    expect(await verdictsOf(load)).toEqual(RIGHT);
  });
});

let sessions = 0;

/** What Postfix says of a recipient; each time to another sender, for a process of its keeps what a domain was to this one. */
async function ask(pod: MailPod, to: string): Promise<number> {
  const client = await connectSmtp(pod.smtpPort);
  try {
    await client.ehlo();
    await client.mail(`eve-${sessions++}@client.test`);
    return (await client.rcpt(to)).code;
  } finally {
    client.close();
  }
}

const becomes = (code: number, question: () => Promise<number>): Promise<boolean> =>
  until(async () => (await question()) === code, LIMIT_MS);

/** The verdicts that the load got before, during and after a swap. */
async function verdictsOf(load: MailLoad): Promise<readonly string[]> {
  await load.more(50);
  await load.end();
  return [...load.verdicts.keys()].toSorted();
}

/** The status of a question that only who has the token may ask. */
async function explainWith(pod: MailPod, token: string): Promise<number> {
  const port = await pod.forward(9101);
  const { status } = await fetch(`http://127.0.0.1:${port}/api/explain`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ address: LOADED }),
  });
  return status;
}
