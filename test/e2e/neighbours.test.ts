import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { mainCf } from '../../src/cli/postfix/maincf.ts';
import { askFamilies } from '../../src/cli/postfix/reach.ts';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { listingNone, makePlace, settingsOf, startInstance } from '../support/instance.ts';
import { findFreePorts } from '../support/loopback.ts';
import { type Postfix, startPostfix } from '../support/postfix/postfix.ts';
import { connectSmtp } from '../support/postfix/smtp.ts';
import { describeWith } from '../support/requirement.ts';
import { account, createScripted, employ } from '../support/scripted.ts';
import { connectRaw, frames } from '../support/socketmap/socketmap.ts';

const LEAST = `
http: off
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: people.yaml } }
`;

describeWith(['postfix', 'root'], 'beside a real Postfix', () => {
  let postfix: Postfix;

  beforeAll(async () => {
    const table = 'socketmap:unix:idpmap/socketmap';
    postfix = await startPostfix({
      mainCf: {
        virtual_mailbox_domains: `${table}:virtual-domains`,
        virtual_mailbox_maps: `${table}:user-exists`,
        virtual_transport: 'discard:',
      },
    });
  });
  afterAll(() => postfix?.stop());

  /** A daemon that Postfix asks over a Unix socket, and neighbours over TCP. */
  async function serve(connections: string) {
    const [port = 0] = await findFreePorts(1);
    const staff = createScripted();
    employ(staff, [account('ann@example.org')]);
    const socket = `unix:${postfix.socketDirectory}/socketmap?mode=0660&group=postfix`;
    const instance = await startInstance({
      config: `
listen: ["tcp://127.0.0.1:${port}", "${socket}"]
connections: ${connections}${LEAST}`,
      directories: { staff: listingNone(staff) },
    });
    const tcp: Endpoint = { kind: 'tcp', host: '127.0.0.1', port };
    return { ...instance, tcp };
  }

  async function verdicts(): Promise<readonly number[]> {
    const client = await connectSmtp(postfix.port);
    await client.ehlo();
    await client.mail('stranger@client.test');
    const known = await client.rcpt('ann@example.org');
    const unknown = await client.rcpt('nobody@example.org');
    client.close();
    return [known.code, unknown.code];
  }

  test.each([
    ['all that is not kept for others', '{ max: 60, perPeer: 100% }', 45],
    ['all that one may have', '{ max: 60 }', 30],
    ['half, where no more is left for each', '{ max: 60, reserve: 100%, perPeer: 100% }', 30],
  ])('neighbours over TCP that hold %s stop no mail', async (_, connections, held) => {
    const { tcp, notes } = await serve(connections);
    const neighbours = [];
    for (let i = 0; i < 70; i++) {
      const neighbour = await connectRaw(tcp);
      neighbour.socket.write(frames('user-exists ann@example.org'));
      neighbours.push(await neighbour.reads(frames('OK ann@example.org')));
      onTestFinished(() => {
        neighbour.socket.destroy();
      });
    }
    expect(neighbours.filter((reply) => reply !== '')).toHaveLength(held);
    for (let i = 0; i < 3; i++) expect(await verdicts()).toEqual([250, 550]);
    expect(notes.messages('warn').filter((each) => each.includes('are refused'))).toHaveLength(1);
  });

  test.each([16 * 1024, 20_000, 100_000])(
    'a key of %i bytes is not found, and Postfix goes on asking',
    async (length) => {
      await serve('{ max: 60 }');
      const map = 'socketmap:unix:idpmap/socketmap:user-exists';
      expect(await postfix.postmap(map, `${'x'.repeat(length)}@example.org`)).toBeUndefined();
      expect(await postfix.postmap(map, 'ann@example.org')).toBe('ann@example.org');
    },
  );

  test('the endpoint that is printed is one that this Postfix, which speaks IPv4 only, reaches', async () => {
    const { tcp } = await serve('{ max: 60 }');
    const port = tcp.kind === 'tcp' ? tcp.port : 0;
    const families = await askFamilies(undefined, {
      ...process.env,
      MAIL_CONFIG: postfix.configDirectory,
    });
    expect(families).toEqual([4]);
    const settings = await settingsOf(
      `listen: ["tcp://[::1]:9", "tcp://127.0.0.1:${port}"]${LEAST}`,
      await makePlace(),
    );
    const lines = mainCf(settings, 'mailboxes', join(postfix.queueDirectory), families);
    const [, map = ''] =
      lines.find((line) => line.startsWith('virtual_mailbox_maps'))?.split(' = ') ?? [];
    expect(map).toBe(`socketmap:inet:127.0.0.1:${port}:user-exists`);
    expect(await postfix.postmap(map, 'ann@example.org')).toBe('ann@example.org');
  });
});
