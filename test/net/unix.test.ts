import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { UnixEndpoint } from '../../src/net/endpoint.ts';
import { EndpointError } from '../../src/net/errors.ts';
import type { BoundListener, Listener, ListenOptions } from '../../src/net/listening.ts';
import { ok } from '../../src/socketmap/protocol.ts';
import { createSocketmapServer, type SocketmapServer } from '../../src/socketmap/server.ts';
import { createNotes } from '../support/notes.ts';
import { describeWith } from '../support/requirement.ts';
import { connectRaw, frames } from '../support/socketmap/socketmap.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { whileUnwritable } from '../support/unwritable.ts';

let directory: TemporaryDirectory;
let path: string;
const servers: SocketmapServer[] = [];

beforeEach(async () => {
  directory = await makeTemporaryDirectory('idpmap-unix');
  path = join(directory.path, 's');
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.drain(1000)));
  await directory.remove();
});

function createServing(): SocketmapServer {
  const server = createSocketmapServer({ route: (_, key) => ok(key) });
  servers.push(server);
  return server;
}

const optionsOf = (options: Partial<UnixEndpoint>, takeover?: 'yes'): ListenOptions => ({
  endpoint: { kind: 'unix', path, ...options },
  ...(takeover === undefined ? {} : { takeover }),
});

const listen = (options: Partial<UnixEndpoint> = {}, takeover?: 'yes'): Promise<Listener> =>
  createServing().listen(optionsOf(options, takeover));

const bind = (options: Partial<UnixEndpoint> = {}, takeover?: 'yes'): Promise<BoundListener> =>
  createServing().bind(optionsOf(options, takeover));

async function expectAnswer(listener: Listener): Promise<void> {
  const client = await connectRaw(listener.endpoint);
  client.socket.write(frames('m a'));
  expect(await client.reads(frames('OK a'))).toBe(frames('OK a'));
  client.socket.destroy();
}

/** Leaves a socket file behind as a killed process does. */
function leaveStaleFile(): void {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['--eval', script]);
}

test('has mode 0660 where nothing else is said', async () => {
  await listen();
  expect(statSync(path).mode & 0o777).toBe(0o660);
});

test('has the mode that is said', async () => {
  await listen({ mode: 0o600 });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('leaves nothing aside', async () => {
  await listen();
  expect(readdirSync(directory.path)).toEqual(['s']);
});

test('replaces a stale file', async () => {
  leaveStaleFile();
  expect(statSync(path).isSocket()).toBe(true);
  await expectAnswer(await listen());
});

test('is an error where a server answers already', async () => {
  const first = await listen();
  await expect(listen()).rejects.toThrow(
    `unix:${path} is in use: a server answers there (another idpmap? stop it, or start with --takeover)`,
  );
  await expectAnswer(first);
});

test('is an EndpointError', async () => {
  await listen();
  await expect(listen()).rejects.toBeInstanceOf(EndpointError);
});

test('is an error where the directory is missing, and says so', async () => {
  await expect(listen({ path: join(directory.path, 'none', 's') })).rejects.toThrow(
    `the directory ${join(directory.path, 'none')} does not exist, create it`,
  );
});

test('leaves a file alone that is no socket', async () => {
  writeFileSync(path, 'precious');
  await expect(listen()).rejects.toThrow('is there, but no socket');
  await expect(listen({}, 'yes')).rejects.toThrow('is there, but no socket');
});

test('is an error where the group is unknown, and leaves nothing behind', async () => {
  await expect(listen({ group: 'no-such-group' })).rejects.toThrow(
    '/etc/group does not know it, write a number or another name',
  );
  expect(readdirSync(directory.path)).toEqual([]);
});

test('binds a path as long as the system takes', async () => {
  const name = 'x'.repeat(107 - Buffer.byteLength(directory.path) - 1);
  await expectAnswer(await listen({ path: join(directory.path, name) }));
});

test('does not remove the file of whoever took the path over', async () => {
  const first = await listen();
  const second = await listen({}, 'yes');
  await first.close(1000);
  await expectAnswer(second);
});

test.each([
  ['the same path', (own: string) => own],
  ['the path through a link', () => join(directory.path, 'link', 's')],
  ['the path with dots', () => `${directory.path}/./../${basename(directory.path)}/s`],
])('replaces an endpoint of this process at %s, whoever closes first', async (_, spell) => {
  symlinkSync(directory.path, join(directory.path, 'link'));
  const first = await listen();
  const replaces = [first.endpoint];
  const next = await createServing().listen({
    ...optionsOf({ path: spell(path), mode: 0o600 }),
    replaces,
  });
  await first.close(1000);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  await expectAnswer(next);
});

test('is in use where another endpoint of this process is replaced', async () => {
  const [first, other] = [await listen(), await listen({ path: join(directory.path, 'other') })];
  const options = { ...optionsOf({}), replaces: [other.endpoint] };
  await expect(createServing().listen(options)).rejects.toThrow(`unix:${path} is in use`);
  await expectAnswer(first);
});

test('ends its connections though its file cannot be removed, and tells it', async () => {
  const notes = createNotes();
  const server = createSocketmapServer({ route: (_, key) => ok(key), log: notes.log });
  const listener = await server.listen(optionsOf({}));
  const client = await connectRaw(listener.endpoint);
  await whileUnwritable(directory.path, [], () => listener.close(1000));
  await client.closed;
  expect(await notes.next('its socket file could not be removed')).toMatchObject({
    level: 'warn',
    fields: { listener: `unix:${path}` },
  });
});

test('takes over a path at which another program listens', async () => {
  const other: Server = createServer().listen(path);
  await once(other, 'listening');
  await expectAnswer(await listen({}, 'yes'));
  other.close();
});

describe('bound', () => {
  test('is found by nobody before it is published', async () => {
    const bound = await bind();
    expect(readdirSync(directory.path)).not.toContain('s');
    await bound.publish();
    await expectAnswer(bound);
  });

  test('and closed again, leaves who was there', async () => {
    const first = await listen();
    const second = await bind({}, 'yes');
    await second.close(1000);
    await expectAnswer(first);
    expect(readdirSync(directory.path)).toEqual(['s']);
  });

  test('does not replace who came before it is published', async () => {
    const bound = await bind();
    const other: Server = createServer().listen(path);
    await once(other, 'listening');
    await expect(bound.publish()).rejects.toThrow(`unix:${path} is in use`);
    other.close();
  });

  test('is an EndpointError where it cannot be published', async () => {
    const bound = await bind();
    for (const name of readdirSync(directory.path)) rmSync(join(directory.path, name));
    await expect(bound.publish()).rejects.toBeInstanceOf(EndpointError);
  });

  test('twice at one path is an error, even with take-over', async () => {
    const first = await bind({}, 'yes');
    await expect(bind({}, 'yes')).rejects.toThrow(`unix:${path} is being opened already`);
    await first.publish();
    await expectAnswer(first);
  });

  test('keeps paths apart that are as long as the system takes', async () => {
    const name = 'x'.repeat(107 - Buffer.byteLength(directory.path) - 2);
    const all = [];
    for (const end of ['a', 'b']) all.push(await bind({ path: join(directory.path, name + end) }));
    for (const bound of all) await bound.publish();
    for (const bound of all) await expectAnswer(bound);
  });
});

describeWith(['root'], 'as root', () => {
  test.each([
    ['daemon', 1],
    ['4711', 4711],
  ])('belongs to the group %s', async (group, number) => {
    await listen({ group });
    expect(statSync(path).gid).toBe(number);
  });
});
