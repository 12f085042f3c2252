import { existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CommandError, sendCommand } from '../../src/control/client.ts';
import { type Handlers, MAX_LINE_BYTES } from '../../src/control/protocol.ts';
import { type ControlServer, openControl } from '../../src/control/server.ts';
import { silentLog } from '../../src/log.ts';
import { REFUSING } from '../support/handlers.ts';
import { makePlace } from '../support/instance.ts';
import { createNotes } from '../support/notes.ts';
import { connectRaw, type RawClient } from '../support/socketmap/socketmap.ts';
import { whileUnwritable } from '../support/unwritable.ts';

const HANDLERS: Handlers = {
  ...REFUSING,
  lookup: async ({ key }) => ({ status: 'OK', data: key }),
  accept: async () => ({}),
};

async function openAt(
  path: string,
  handlers: Partial<Handlers> = {},
): Promise<ControlServer & { connect: () => Promise<RawClient> }> {
  const control = await openControl(path, { ...HANDLERS, ...handlers }, silentLog);
  onTestFinished(() => control.close());
  await control.publish();
  return { ...control, connect: () => connectRaw({ kind: 'unix', path }) };
}

const open = async (handlers: Partial<Handlers> = {}) =>
  openAt(join(await makePlace(), 'control'), handlers);

const LOOKUP = { command: 'lookup', args: { map: 'm', key: 'k' } };
const LOOKUP_REPLY = `${JSON.stringify({ result: { status: 'OK', data: 'k' } })}\n`;

/** A command that says when it was asked, and waits for its gate. */
function createGated() {
  const asked = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const accept: Handlers['accept'] = async () => {
    asked.resolve();
    await gate.promise;
    return { taken: 'all' };
  };
  return { asked, gate, accept };
}

/** Sends `text` and gives all that comes until the connection ends. */
async function exchange(client: RawClient, text: string): Promise<string> {
  client.socket.write(text);
  await client.closed;
  return client.received();
}

test('only the owner may connect', async () => {
  const { path } = await open();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('its directory is made for the owner alone', async () => {
  const path = join(await makePlace(), 'made', 'control');
  await openAt(path);
  expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
});

test('a directory that is there keeps its mode', async () => {
  const directory = join(await makePlace(), 'own');
  await mkdir(directory, { mode: 0o750 });
  await openAt(join(directory, 'control'));
  expect((await stat(directory)).mode & 0o777).toBe(0o750);
});

test('two commands at once are both replied to', async () => {
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const { path } = await open({
    lookup: async ({ key }) => {
      const gate = Promise.withResolvers<void>();
      gates.set(key, gate);
      await gate.promise;
      return { status: 'OK', data: key };
    },
  });
  const ask = (key: string) => sendCommand(path, 'lookup', { map: 'm', key });
  const [first, second] = [ask('first'), ask('second')];
  await expect.poll(() => gates.size).toBe(2);
  gates.get('second')?.resolve();
  expect(await second).toEqual({ status: 'OK', data: 'second' });
  gates.get('first')?.resolve();
  expect(await first).toEqual({ status: 'OK', data: 'first' });
});

test('what a handler rejects with is handed to whoever asked', async () => {
  const { path } = await open();
  const sending = sendCommand(path, 'purge', { what: { all: true } });
  await expect(sending).rejects.toThrow(CommandError);
  await expect(sending).rejects.toThrow('it can’t be done here');
});

test('keys of any text come and go whole', async () => {
  const { path } = await open();
  const key = `\n"ü\u{1f600}\\ ${'x'.repeat(10_000)}`;
  expect(await sendCommand(path, 'lookup', { map: 'm', key })).toEqual({ status: 'OK', data: key });
});

test.each([
  ['no JSON', 'status', 'a command is a line of JSON: {"command": NAME, "args": {…}}'],
  ['null', 'null', 'a command is a line of JSON: {"command": NAME, "args": {…}}'],
  ['a list', '["lookup"]', 'a command is a line of JSON: {"command": NAME, "args": {…}}'],
  ['an empty line', '', 'a command is a line of JSON: {"command": NAME, "args": {…}}'],
  ['an unknown command', '{"command":"fly"}', 'there is no command fly'],
  ['a name of every object', '{"command":"toString"}', 'there is no command toString'],
  ['one too long', 'x'.repeat(MAX_LINE_BYTES + 1), 'a command is a line of at most 65536 bytes'],
  [
    'one too long, in many bytes',
    '"ü'.repeat(25_000),
    'a command is a line of at most 65536 bytes',
  ],
])('%s is an error', async (_, line, error) => {
  const { connect } = await open();
  expect(await exchange(await connect(), `${line}\n`)).toBe(`${JSON.stringify({ error })}\n`);
});

test('a line that never ends is an error before it is kept', async () => {
  const { connect } = await open();
  const reply = await exchange(await connect(), 'x'.repeat(MAX_LINE_BYTES + 1));
  expect(reply).toContain('a command is a line of at most');
});

test('a request may come in pieces', async () => {
  const { connect } = await open();
  const client = await connect();
  const text = `${JSON.stringify(LOOKUP)}\n`;
  client.socket.write(text.slice(0, 10));
  expect(await exchange(client, text.slice(10))).toBe(LOOKUP_REPLY);
});

test('who closes his half early still gets the reply', async () => {
  const { asked, gate, accept } = createGated();
  const { connect, path } = await open({ accept });
  const client = await connect();
  client.socket.end('{"command":"accept","args":{}}\n');
  await asked.promise;
  // One more exchange, and the server has seen that half close.
  await sendCommand(path, 'lookup', { map: 'm', key: 'k' });
  gate.resolve();
  await client.closed;
  expect(client.received()).toBe('{"result":{"taken":"all"}}\n');
});

test('what comes behind a request is dropped', async () => {
  const { connect } = await open();
  const text = `${JSON.stringify(LOOKUP)}\n`;
  expect(await exchange(await connect(), text + text)).toBe(LOOKUP_REPLY);
});

test('who leaves without asking harms nobody', async () => {
  const { connect, path } = await open();
  const client = await connect();
  client.socket.end('{"comm');
  await client.closed;
  expect(client.received()).toBe('');
  expect(await sendCommand(path, 'accept', { directory: 'x' })).toEqual({});
});

test('who leaves before the reply harms nobody', async () => {
  const { asked, gate, accept } = createGated();
  const { connect, path } = await open({ accept });
  const client = await connect();
  client.socket.write('{"command":"accept","args":{}}\n');
  await asked.promise;
  client.socket.destroy();
  await client.closed;
  gate.resolve();
  expect(await sendCommand(path, 'accept', { directory: 'x' })).toEqual({ taken: 'all' });
});

test('a close waits for replies under way, and for nobody who has not asked', async () => {
  const { asked, gate, accept } = createGated();
  const control = await open({ accept });
  const idle = await control.connect();
  const reply = sendCommand(control.path, 'accept', { directory: 'x' });
  await asked.promise;
  const closed = control.close();
  await expect.poll(() => existsSync(control.path)).toBe(false);
  gate.resolve();
  await closed;
  expect(await reply).toEqual({ taken: 'all' });
  await idle.closed;
});

test('a close cuts off a reply that never comes', async () => {
  const { asked, accept } = createGated();
  const control = await open({ accept });
  const reply = sendCommand(control.path, 'accept', { directory: 'x' });
  const [, ended] = await Promise.allSettled([asked.promise.then(() => control.close()), reply]);
  expect(ended).toMatchObject({ reason: { message: `the daemon at ${control.path} broke off` } });
});

test('a close where the socket cannot be removed ends it all the same', async () => {
  const place = await makePlace();
  const path = join(place, 'control');
  const notes = createNotes();
  const control = await openControl(path, HANDLERS, notes.log);
  await control.publish();
  const idle = await connectRaw({ kind: 'unix', path });
  await whileUnwritable(place, [], () => control.close());
  await idle.closed;
  await notes.next('its socket file could not be removed');
});
