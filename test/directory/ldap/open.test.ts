import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type OpenOptions,
  openConnection,
  Refused,
} from '../../../src/directory/ldap/wire/open.ts';
import { describeWith } from '../../support/requirement.ts';
import { makeTemporaryDirectory } from '../../support/temporary.ts';
import { type Asked, type Peer, result, startPeer } from './peer.ts';

const never = new AbortController().signal;
const OPTIONS: OpenOptions = {
  startTls: false,
  tls: {},
  login: { dn: 'cn=idpmap', password: 'secret' },
  pace: { width: 10, timeLimitS: 2 },
  figures: {},
};

const open = ({ port }: Pick<Peer, 'port'>, more: Partial<OpenOptions> = {}, signal = never) =>
  openConnection(
    { kind: 'tcp', host: '127.0.0.1', port, secure: false },
    { ...OPTIONS, ...more },
    signal,
  );

/** Answers each request with success. */
const agree = ({ id, operation }: Asked) =>
  operation === 'bind' || operation === 'extended' ? result(id, operation) : Buffer.alloc(0);

describe('opening a connection', () => {
  test('waits for the answer to the login', async () => {
    const peer = await startPeer();
    let isOpen = false;
    const opening = open(peer).then((connection) => {
      isOpen = true;
      return connection;
    });
    const { id } = await peer.next('bind');
    expect(isOpen).toBe(false);
    peer.send(result(id, 'bind'));
    const connection = await opening;
    connection.close();
    expect(peer.asked.map(({ operation }) => operation)).toEqual(['bind']);
  });

  test.each([
    [49, 'data 52e', true, /refuses cn=idpmap: the name or the password is wrong \(data 52e\)$/],
    [19, '', true, /the account is locked/],
    [48, '', true, /not allowed for this account/],
    [53, '', true, /it is unwilling/],
    [8, '', false, /it demands TLS for a password: use ldaps:\/\/ or startTls/],
    [52, '', false, /code 52/],
  ])('says why the login is refused with code %i', async (code, words, isJudged, reason) => {
    const peer = await startPeer(({ id }, socket) => socket.write(result(id, 'bind', code, words)));
    const error: unknown = await open(peer).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringMatching(reason) });
    expect(error instanceof Refused).toBe(isJudged);
  });

  test('says whom it did not reach', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = addressOf(server.address());
    server.close();
    await expect(open({ port })).rejects.toThrow(
      new RegExp(`^ldap://127\\.0\\.0\\.1:${port}: connect ECONNREFUSED`),
    );
  });

  test('connects to nobody on a signal that has aborted', async () => {
    const peer = await startPeer();
    await expect(open(peer, {}, AbortSignal.abort())).rejects.toMatchObject({ kind: 'timeout' });
    expect(peer.connections()).toBe(0);
  });

  test.each([
    ['to the login', {}, 'bind'],
    ['to StartTLS', { startTls: true }, 'extended'],
  ] as const)('ends where no answer %s comes in time', async (_, more, operation) => {
    const peer = await startPeer();
    const own = new AbortController();
    const opening = open(peer, more, own.signal);
    await peer.next(operation);
    own.abort();
    await expect(opening).rejects.toMatchObject({ kind: 'timeout' });
    await peer.ended;
  });

  test('ends where the server is silent in the middle of TLS', async () => {
    const peer = await startPeer(({ id }, socket) => socket.write(result(id, 'extended')));
    const own = new AbortController();
    const opening = open(peer, { startTls: true }, own.signal);
    await peer.tls;
    own.abort();
    await expect(opening).rejects.toMatchObject({ kind: 'timeout' });
    await peer.ended;
  });
});

describe('StartTLS', () => {
  test.each([
    ['a whole message', (id: number) => result(id + 1, 'bind')],
    ['the beginning of one', () => Buffer.of(0x30, 0x0c)],
  ])('ends the connection where %s follows the consent', async (_, more) => {
    const peer = await startPeer(({ id }, socket) =>
      socket.write(Buffer.concat([result(id, 'extended'), more(id)])),
    );
    await expect(open(peer, { startTls: true })).rejects.toThrow(
      'sent something between its consent to StartTLS and TLS',
    );
    await peer.ended;
    expect(peer.asked.map(({ operation }) => operation)).toEqual(['extended']);
  });

  test('sends no password where the server refuses', async () => {
    const peer = await startPeer(({ id }, socket) =>
      socket.write(result(id, 'extended', 2, 'unsupported')),
    );
    await expect(open(peer, { startTls: true })).rejects.toThrow(
      'StartTLS was refused with code 2 unsupported',
    );
    expect(peer.asked.map(({ operation }) => operation)).toEqual(['extended']);
  });

  test('ends where the server goes away after its consent', async () => {
    const peer = await startPeer((asked, socket) => socket.end(agree(asked)));
    await expect(open(peer, { startTls: true })).rejects.toThrow('is this a port for TLS?');
  });

  test('ends where plain text follows in the place of TLS', async () => {
    const peer = await startPeer((asked, socket) => socket.write(agree(asked)));
    const opening = open(peer, { startTls: true });
    await peer.tls;
    peer.send(result(2, 'bind'));
    await expect(opening).rejects.toThrow('TLS failed');
    await peer.ended;
  });
});

describeWith(['openssl'], 'a certificate', () => {
  test('that has expired is refused', async () => {
    const place = await makeTemporaryDirectory('idpmap');
    onTestFinished(() => place.remove());
    const { cert, key } = makeExpired(place.path);
    const server = createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) });
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = addressOf(server.address());
    const endpoint = { kind: 'tcp', host: '127.0.0.1', port, secure: true } as const;
    const options = { ...OPTIONS, tls: { ca: cert } };
    await expect(openConnection(endpoint, options, never)).rejects.toThrow(
      'its certificate has expired, renew it',
    );
  });
});

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  return address;
}

/** Makes a certificate for 127.0.0.1, signed by itself, that was good for a month in 2020. */
function makeExpired(directory: string): { readonly cert: string; readonly key: string } {
  const file = (name: string) => join(directory, name);
  const config = `[ca]
default_ca=own
[own]
database=${file('index')}
new_certs_dir=${directory}
rand_serial=yes
policy=any
default_md=sha256
x509_extensions=names
[any]
commonName=supplied
[names]
subjectAltName=IP:127.0.0.1
`;
  writeFileSync(file('index'), '');
  writeFileSync(file('config'), config);
  const [cert, key, request] = [file('cert.pem'), file('key.pem'), file('request.pem')];
  const form = '-new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=old';
  const times = '-startdate 20200101000000Z -enddate 20200201000000Z';
  const run = (parameters: readonly string[]) =>
    execFileSync('openssl', parameters, { stdio: 'pipe' });
  run(['req', ...form.split(' '), '-keyout', key, '-out', request]);
  const own = ['-config', file('config'), '-selfsign', '-keyfile', key, '-in', request];
  run(['ca', '-batch', '-notext', ...own, ...times.split(' '), '-out', cert]);
  return { cert, key };
}
