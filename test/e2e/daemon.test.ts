import { once } from 'node:events';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sendCommand } from '../../src/control/client.ts';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { certificateAt, makeCertificate } from '../support/certificate.ts';
import { configure } from '../support/command.ts';
import { runCommand, startDaemonProcess } from '../support/daemon.ts';
import { connectClient, makePlace } from '../support/instance.ts';
import { findFreePorts, serveLoopback } from '../support/loopback.ts';
import type { RunningProcess } from '../support/process.ts';
import { describeWith } from '../support/requirement.ts';
import { connectRaw, frames } from '../support/socketmap/socketmap.ts';
import { until } from '../support/until.ts';
import { show } from '../support/world.ts';

const LIMIT_MS = 10_000;

const configOf = (domain: string, more = ''): string => `
listen: unix:socketmap
control: control
domains: { ${domain}: { directory: people } }
directories: { people: { type: demo } }
${more}`;

const ask = ['user-exists', 'user@example.com'] as const;

/** Starts a daemon on a configuration in a place of its own. */
async function start(config: string, files: Readonly<Record<string, string>> = {}) {
  const made = await configure({ 'idpmap.yaml': config, ...files });
  return { ...made, ...(await startAt(made.config, made.place)) };
}

async function startAt(config: string, place: string) {
  const daemon = await startDaemonProcess(['serve', '--config', config]);
  onTestFinished(() => daemon.stop());
  const endpoint: Endpoint = { kind: 'unix', path: join(place, 'socketmap') };
  return { daemon, endpoint };
}

const serve = (config: string) => runCommand(['serve', '--config', config]);
const says = (daemon: RunningProcess, text: string): Promise<boolean> =>
  until(() => daemon.output().includes(text), LIMIT_MS);
const hasEnded = (daemon: RunningProcess): Promise<boolean> =>
  until(() => daemon.ended() !== undefined, LIMIT_MS);

describe('a start that fails ends with', () => {
  test('78 and what to do, where nothing is configured', async () => {
    const { code, stderr } = await runCommand(['serve']);
    expect(code).toBe(78);
    expect(stderr).toContain('there is no /etc/idpmap/idpmap.yaml and no variable IDPMAP_…');
    expect(stderr).toContain('or try the demo: idpmap serve --demo');
  });

  test('78 and the place of each mistake', async () => {
    const { config } = await configure({
      'idpmap.yaml': `${configOf('example.com')}\ndeadlin: 1s`,
    });
    const { code, stderr } = await serve(config);
    expect(code).toBe(78);
    expect(stderr).toMatch(/idpmap\.yaml:7:1: deadlin: unknown key, did you mean "deadline"\?/);
  });

  test('69 and the owner, where a port is in use', async () => {
    const taken = await serveLoopback(async () => {});
    onTestFinished(() => taken.stop());
    const listen = `tcp://127.0.0.1:${taken.port}`;
    const { config } = await configure({
      'idpmap.yaml': configOf('example.com').replace('unix:socketmap', listen),
    });
    const { code, stderr } = await serve(config);
    expect(code).toBe(69);
    expect(stderr).toContain(`idpmap: ${listen} is in use by pid ${process.pid} `);
  });

  test('69 and the path, where a socket is in use', async () => {
    const { config, endpoint } = await start(configOf('example.com'));
    const { code, stderr } = await serve(config);
    expect(code).toBe(69);
    expect(stderr).toContain(
      'socketmap is in use: a server answers there (another idpmap? stop it',
    );
    const client = connectClient(endpoint);
    expect(show(await client.ask(...ask))).toBe('OK user@example.com');
    client.close();
  });

  test('69, where another daemon has the control socket', async () => {
    const { place } = await start(configOf('example.com'));
    const other = join(place, 'other.yaml');
    await writeFile(other, configOf('example.com').replace('unix:socketmap', 'unix:other'));
    const { code, stderr } = await serve(other);
    expect(code).toBe(69);
    expect(stderr).toContain(`unix:${place}/control is in use`);
  });
});

test('a daemon that was killed is started again at the same places', async () => {
  const { daemon, config, place } = await start(configOf('example.com'));
  process.kill(daemon.pid, 'SIGKILL');
  expect(await hasEnded(daemon)).toBe(true);
  const { endpoint } = await startAt(config, place);
  const client = connectClient(endpoint);
  expect(show(await client.ask(...ask))).toBe('OK user@example.com');
  client.close();
});

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  test('answers what is in flight, each once, and ends with 0', async () => {
    // Questions wait for the first reading of the file, or for the deadline.
    const config = configOf('example.org', 'deadline: 1s').replace(
      'type: demo',
      'type: file, path: people.yaml',
    );
    const { daemon, endpoint } = await start(config, {
      'people.yaml': 'accounts: [{ address: ann@example.org }]',
    });
    const client = await connectRaw(endpoint);
    // It is let in by then.
    client.socket.write(frames('virtual-domains example.org'));
    await client.reads(frames('OK example.org'));
    const requests = Array.from({ length: 50 }, () => 'user-exists ann@example.org');
    client.socket.write(frames(...requests, 'virtual-domains example.org'));
    process.kill(daemon.pid, signal);
    await client.closed;
    const replies = client.received().match(/\d+:(?:OK ann@example\.org|TEMP idpmap \S+ people),/g);
    expect(replies).toHaveLength(50);
    expect(client.received()).toMatch(/,14:OK example\.org,$/);
    expect(await hasEnded(daemon)).toBe(true);
    expect(daemon.ended()).toBe('ended with code 0');
  });

  test('ends with 0 though clients hold connections open and ask nothing', async () => {
    const { daemon, endpoint, place } = await start(configOf('example.com'));
    const held = [endpoint, { kind: 'unix', path: join(place, 'control') } as const].map(
      ({ path }: { readonly path?: string }) => connect({ path: path ?? '', allowHalfOpen: true }),
    );
    for (const socket of held)
      await once(
        socket.on('error', () => {}),
        'connect',
      );
    process.kill(daemon.pid, signal);
    expect(await hasEnded(daemon)).toBe(true);
    expect(daemon.ended()).toBe('ended with code 0');
    for (const socket of held) socket.destroy();
  });
});

/** Asks `endpoint` for a domain all the time, until the reply is `last`; gives all replies, each once. */
async function askUntil(endpoint: Endpoint, domain: string, last: string) {
  const client = connectClient(endpoint);
  const replies = new Set<string>();
  const isDone = await until(async () => {
    for (let i = 0; i < 20; i++) replies.add(show(await client.ask('virtual-domains', domain)));
    return replies.has(last);
  }, LIMIT_MS);
  client.close();
  return { isDone, replies: [...replies] };
}

describe('a reload', () => {
  test('by an edit of the configuration loses no request', async () => {
    const { endpoint, config } = await start(configOf('example.com'));
    const asking = askUntil(endpoint, 'example.net', 'OK example.net');
    await writeFile(config, configOf('example.net'));
    expect(await asking).toEqual({ isDone: true, replies: ['NOTFOUND', 'OK example.net'] });
  });

  test('by a ConfigMap that is swapped loses no request', async () => {
    const place = await makePlace();
    const [config, data] = [join(place, 'idpmap.yaml'), join(place, '..data')];
    for (const domain of ['example.com', 'example.net']) {
      const text = configOf(domain).replaceAll(/: (socketmap|control)/g, `: ${place}/$1`);
      await mkdir(join(place, `..${domain}`));
      await writeFile(
        join(place, `..${domain}`, 'idpmap.yaml'),
        text.replace('unix:socketmap', `unix:${place}/socketmap`),
      );
    }
    await symlink('..example.com', data);
    await symlink('..data/idpmap.yaml', config);
    const { endpoint } = await startAt(config, place);
    const asking = askUntil(endpoint, 'example.net', 'OK example.net');
    await symlink('..example.net', `${data}_tmp`);
    await rename(`${data}_tmp`, data);
    expect(await asking).toEqual({ isDone: true, replies: ['NOTFOUND', 'OK example.net'] });
  });

  test('by SIGHUP needs no edit', async () => {
    const { daemon } = await start(configOf('example.com'));
    process.kill(daemon.pid, 'SIGHUP');
    expect(await says(daemon, 'told to reload')).toBe(true);
    expect(await says(daemon, 'configuration reloaded')).toBe(true);
  });

  test('of a broken edit keeps what was, tells it with its place, and counts it', async () => {
    const { daemon, config, place, endpoint } = await start(configOf('example.com'));
    await writeFile(config, `${configOf('example.net')}\ndeadlin: 1s`);
    expect(await says(daemon, "the configuration can't be read, the old one serves on")).toBe(true);
    expect(daemon.output()).toContain('7:1: deadlin: unknown key');
    const figures = await sendCommand(join(place, 'control'), 'figures', {});
    expect(figures).toMatchObject({ reloads: { succeeded: 0, failed: 1 } });
    const client = connectClient(endpoint);
    expect(show(await client.ask('virtual-domains', 'example.com'))).toBe('OK example.com');
    client.close();
  });

  test('follows an edit that mends a broken one', async () => {
    const { daemon, config, endpoint } = await start(configOf('example.com'));
    await writeFile(config, 'domains: [');
    expect(await says(daemon, 'the old one serves on')).toBe(true);
    await writeFile(config, configOf('example.net'));
    expect(await askUntil(endpoint, 'example.net', 'OK example.net')).toMatchObject({
      isDone: true,
    });
  });

  test('moves to another port', async () => {
    const [before = 0, after = 0] = await findFreePorts(2);
    const text = (port: number): string =>
      configOf('example.com').replace('unix:socketmap', `tcp://127.0.0.1:${port}`);
    const { daemon, config } = await start(text(before));
    await writeFile(config, text(after));
    expect(await says(daemon, 'configuration reloaded')).toBe(true);
    const client = connectClient({ kind: 'tcp', host: '127.0.0.1', port: after });
    expect(show(await client.ask(...ask))).toBe('OK user@example.com');
    client.close();
  });

  test('changes how much is logged', async () => {
    const { daemon, config, endpoint } = await start(configOf('example.com'));
    await writeFile(config, configOf('example.com', 'log: { level: debug }'));
    expect(await says(daemon, 'configuration reloaded')).toBe(true);
    const client = connectClient(endpoint);
    await client.ask(...ask);
    client.close();
    expect(await says(daemon, '"msg":"answered"')).toBe(true);
  });
});

describeWith(['openssl'], 'with a certificate', () => {
  test('shows the new one when its files change, without an edit of the configuration', async () => {
    const place = await makePlace();
    const [port = 0] = await findFreePorts(1);
    const listen = `{ endpoint: "tcp://127.0.0.1:${port}", tls: { cert: a.pem, key: a.key } }`;
    const config = join(place, 'idpmap.yaml');
    await writeFile(config, configOf('example.com').replace('unix:socketmap', listen));
    makeCertificate(place, 'a');
    await startAt(config, place);
    expect(await certificateAt(port)).toBe('a');
    const { cert, key } = makeCertificate(place, 'b');
    await writeFile(join(place, 'a.key'), key);
    await writeFile(join(place, 'a.pem'), cert);
    expect(await until(async () => (await certificateAt(port)) === 'b', LIMIT_MS)).toBe(true);
  });
});

test('a lookup is no line of the log, and nobody’s address stands in it', async () => {
  const { daemon, endpoint } = await start(configOf('example.com'));
  const client = connectClient(endpoint);
  await client.ask(...ask);
  client.close();
  await daemon.stop();
  expect(daemon.output()).not.toContain('user@example.com');
});
